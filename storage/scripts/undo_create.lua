-- KEYS: mark, state, names. ARGV: operation, milliseconds to keep the mark, account key, what the keys of an account, its inbox and its
-- memberships begin with
redis.call('DEL', KEYS[1]) -- allowed when memory is used up, and after it the next one is
redis.call('SET', KEYS[1], 1, 'PX', ARGV[2])
local id = redis.call('HGET', KEYS[3], ARGV[3])
if id and redis.call('HGET', ARGV[4] .. id, 'made') == ARGV[1] then
  redis.call('DEL', ARGV[4] .. id, ARGV[5] .. id, ARGV[6] .. id)
  redis.call('HDEL', KEYS[3], ARGV[3])
  redis.call('HINCRBY', KEYS[2], 'names', 1)
end
return 1

-- KEYS: mark, state, names, empty rooms. ARGV: operation, milliseconds to keep the mark, account key, what the keys of an account, its inbox, its
-- memberships, and the members of a room begin with
redis.call('DEL', KEYS[1]) -- allowed when memory is used up, and after it the next one is
redis.call('SET', KEYS[1], 1, 'PX', ARGV[2])
local id = redis.call('HGET', KEYS[3], ARGV[3])
if id and redis.call('HGET', ARGV[4] .. id, 'made') == ARGV[1] then
  for _, room in ipairs(redis.call('HKEYS', ARGV[6] .. id)) do
    redis.call('HDEL', ARGV[7] .. room, id)
    if redis.call('HLEN', ARGV[7] .. room) == 0 then redis.call('SADD', KEYS[4], room) end
  end
  redis.call('DEL', ARGV[4] .. id, ARGV[5] .. id, ARGV[6] .. id)
  redis.call('HDEL', KEYS[3], ARGV[3])
  redis.call('HINCRBY', KEYS[2], 'names', 1)
  redis.call('HINCRBY', KEYS[2], 'changes', 1)
end
return 1

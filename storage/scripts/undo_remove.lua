-- KEYS: mark, feed, names, account, inbox, memberships, and where these three were put aside
-- ARGV: operation, milliseconds to keep the mark, id
redis.call('DEL', KEYS[1]) -- allowed when memory is used up, and after it the next one is
redis.call('SET', KEYS[1], 1, 'PX', ARGV[2])
local key = redis.call('HGET', KEYS[7], 'key')
if key and redis.call('HEXISTS', KEYS[3], key) == 0 then -- it was done, and nobody has taken the name meanwhile
  for i = 4, 6 do
    if redis.call('EXISTS', KEYS[i + 3]) == 1 then
      redis.call('RENAME', KEYS[i + 3], KEYS[i])
      redis.call('PERSIST', KEYS[i])
    end
  end
  redis.call('HSET', KEYS[3], key, ARGV[3])
  retract(KEYS[2], ARGV[1])
end
return 1

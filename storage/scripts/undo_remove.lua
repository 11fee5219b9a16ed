-- KEYS: mark, state, feed, names, account, inbox, conversations, and where these three were put aside
-- ARGV: operation, milliseconds to keep the mark, id, the number of commands, and these
redis.call('DEL', KEYS[1]) -- allowed when memory is used up, and after it the next one is
redis.call('SET', KEYS[1], 1, 'PX', ARGV[2])
local key = redis.call('HGET', KEYS[8], 'key')
if key and redis.call('HEXISTS', KEYS[4], key) == 0 then -- it was done, and nobody has taken the name meanwhile
  for i = 5, 7 do
    if redis.call('EXISTS', KEYS[i + 3]) == 1 then
      redis.call('RENAME', KEYS[i + 3], KEYS[i])
      redis.call('PERSIST', KEYS[i])
    end
  end
  redis.call('HSET', KEYS[4], key, ARGV[3])
  perform(5, tonumber(ARGV[4]))
  redis.call('HINCRBY', KEYS[2], 'changes', 1)
  redis.call('HINCRBY', KEYS[2], 'names', 1)
  retract(KEYS[3], ARGV[1])
end
return 1

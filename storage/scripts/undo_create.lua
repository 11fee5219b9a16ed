-- KEYS: accounts, account, inbox, mark, state. ARGV: operation, key, milliseconds to keep the mark
redis.call('DEL', KEYS[4]) -- allowed when memory is used up, and after it the next one is
redis.call('SET', KEYS[4], 1, 'PX', ARGV[3])
if redis.call('HGET', KEYS[2], 'made') == ARGV[1] then
  redis.call('DEL', KEYS[2], KEYS[3])
  redis.call('HDEL', KEYS[1], ARGV[2])
  redis.call('HINCRBY', KEYS[5], 'names', 1)
end
return 1

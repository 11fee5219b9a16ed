-- KEYS: account, mark. ARGV: operation, old hash, milliseconds to keep the mark
redis.call('DEL', KEYS[2]) -- allowed when memory is used up, and after it the next one is
redis.call('SET', KEYS[2], 1, 'PX', ARGV[3])
if redis.call('HGET', KEYS[1], 'changed') == ARGV[1] then
  redis.call('HSET', KEYS[1], 'hash', ARGV[2])
  redis.call('HDEL', KEYS[1], 'changed')
end
return 1

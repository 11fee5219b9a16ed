-- KEYS: mark, feed, account, hash aside. ARGV: operation, milliseconds to keep the mark
redis.call('DEL', KEYS[1]) -- allowed when memory is used up, and after it the next one is
redis.call('SET', KEYS[1], 1, 'PX', ARGV[2])
if redis.call('HGET', KEYS[3], 'changed') == ARGV[1] and redis.call('EXISTS', KEYS[4]) == 1 then
  redis.call('HSET', KEYS[3], 'hash', redis.call('GET', KEYS[4]))
  redis.call('HDEL', KEYS[3], 'changed')
  retract(KEYS[2], ARGV[1])
end
redis.call('DEL', KEYS[4])
return 1

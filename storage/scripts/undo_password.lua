-- KEYS: mark, state, feed, account, hash aside. ARGV: operation, milliseconds to keep the mark, how many commands, and these
redis.call('DEL', KEYS[1]) -- allowed when memory is used up, and after it the next one is
redis.call('SET', KEYS[1], 1, 'PX', ARGV[2])
if redis.call('HGET', KEYS[4], 'changed') == ARGV[1] and redis.call('EXISTS', KEYS[5]) == 1 then
  redis.call('HSET', KEYS[4], 'hash', redis.call('GET', KEYS[5]))
  redis.call('HDEL', KEYS[4], 'changed')
  perform(4, tonumber(ARGV[3]))
  redis.call('HINCRBY', KEYS[2], 'changes', 1)
  redis.call('HINCRBY', KEYS[2], 'names', 1)
  retract(KEYS[3], ARGV[1])
end
redis.call('DEL', KEYS[5])
return 1

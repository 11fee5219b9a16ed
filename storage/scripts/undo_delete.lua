-- KEYS: accounts, account, inbox, expired, mark, account aside, inbox aside, state. ARGV: operation, key, milliseconds to keep the mark
redis.call('DEL', KEYS[5]) -- allowed when memory is used up, and after it the next one is
redis.call('SET', KEYS[5], 1, 'PX', ARGV[3])
if redis.call('EXISTS', KEYS[6]) == 1 and redis.call('EXISTS', KEYS[2]) == 0 then
  redis.call('RENAME', KEYS[6], KEYS[2])
  redis.call('PERSIST', KEYS[2])
  redis.call('HSET', KEYS[1], ARGV[2], redis.call('HGET', KEYS[2], 'name'))
  if redis.call('EXISTS', KEYS[7]) == 1 then
    redis.call('RENAME', KEYS[7], KEYS[3])
    redis.call('PERSIST', KEYS[3])
  end
end
return 1

-- Takes a run of asks back, if it was done, and keeps it from being done later. A new hash of a login stays: it is of the same password.
-- KEYS: mark, state, expired, told, then all the lists that it may have appended to
-- ARGV: operation, milliseconds to keep the mark, the run's first number
redis.call('DEL', KEYS[1]) -- a write that is allowed when memory is used up, and after it the next one is
redis.call('SET', KEYS[1], 1, 'PX', ARGV[2])
if redis.call('HGET', KEYS[2], 'batch') == ARGV[1] then -- it was done, and is the last one: its rows are the ends of the lists
  local first = tonumber(ARGV[3])
  for i = 5, #KEYS do
    local row = redis.call('LINDEX', KEYS[i], -1)
    while row and tonumber(string.match(row, '^%d+')) >= first do
      redis.call('RPOP', KEYS[i])
      row = redis.call('LINDEX', KEYS[i], -1)
    end
  end
  redis.call('HDEL', KEYS[2], 'batch')
end
if redis.call('HGET', KEYS[2], 'told') == ARGV[1] then
  redis.call('HDEL', KEYS[2], 'told')
  local told = redis.call('HGETALL', KEYS[4])
  for i = 1, #told, 2 do redis.call('HINCRBY', KEYS[3], told[i], told[i + 1]) end
end
return 1

-- Takes a batch back, if it was done, and keeps it from being done later.
-- KEYS: state, expired, told, the batch's mark, then all the lists that it may have appended to
-- ARGV: batch, the batch's first number, milliseconds to keep the mark
redis.call('DEL', KEYS[4]) -- a write that is allowed when memory is used up, and after it the next one is
redis.call('SET', KEYS[4], 1, 'PX', ARGV[3])
if redis.call('HGET', KEYS[1], 'batch') == ARGV[1] then -- it was done, and is the last one: its rows are the ends of the lists
  local first = tonumber(ARGV[2])
  for i = 5, #KEYS do
    local row = redis.call('LINDEX', KEYS[i], -1)
    while row and tonumber(string.match(row, '^%d+')) >= first do
      redis.call('RPOP', KEYS[i])
      row = redis.call('LINDEX', KEYS[i], -1)
    end
  end
  redis.call('HDEL', KEYS[1], 'batch')
end
if redis.call('HGET', KEYS[1], 'told') == ARGV[1] then
  redis.call('HDEL', KEYS[1], 'told')
  local told = redis.call('HGETALL', KEYS[3])
  for i = 1, #told, 2 do redis.call('HINCRBY', KEYS[2], told[i], told[i + 1]) end
end
return 1

-- Takes a run of asks back, if it was done, and keeps it from being done later.
-- KEYS: mark, state, expired, told, the accounts whose hash it may have replaced, then all the lists that it may have appended to
-- ARGV: operation, milliseconds to keep the mark, the run's first number, the number of these accounts, for each the new hash and the old one
redis.call('DEL', KEYS[1]) -- a write that is allowed when memory is used up, and after it the next one is
redis.call('SET', KEYS[1], 1, 'PX', ARGV[2])
local accounts = tonumber(ARGV[4])
for i = accounts, 1, -1 do -- the last one first: an account may log in twice
  local new, old = ARGV[3 + 2 * i], ARGV[4 + 2 * i]
  if redis.call('HGET', KEYS[4 + i], 'hash') == new then redis.call('HSET', KEYS[4 + i], 'hash', old) end
end
if redis.call('HGET', KEYS[2], 'batch') == ARGV[1] then -- it was done, and is the last one: its rows are the ends of the lists
  local first = tonumber(ARGV[3])
  for i = 5 + accounts, #KEYS do
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

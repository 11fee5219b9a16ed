-- Takes a run of asks back, if it was done, and keeps it from being done later.
-- KEYS: mark, state, expired, told, feed, the accounts whose hash it may have replaced, then all the lists that it may have appended to
-- ARGV: operation, milliseconds to keep the mark, the run's first number, the field of the state that has the last run of this kind of store, the
-- number of these accounts, the number of commands, of those that give tokens back, for each account the new hash and the old one, the commands
redis.call('DEL', KEYS[1]) -- a write that is allowed when memory is used up, and after it the next one is
redis.call('SET', KEYS[1], 1, 'PX', ARGV[2])
local accounts, commands, tokens = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
for i = accounts, 1, -1 do -- the last one first: an account may log in twice
  local new, old = ARGV[6 + 2 * i], ARGV[7 + 2 * i]
  if redis.call('HGET', KEYS[5 + i], 'hash') == new then redis.call('HSET', KEYS[5 + i], 'hash', old) end
end
if redis.call('HGET', KEYS[2], ARGV[4]) == ARGV[1] then -- it was done, and is the last one: its rows are the ends of the lists
  local first = tonumber(ARGV[3])
  for i = 6 + accounts, #KEYS do
    local row = redis.call('LINDEX', KEYS[i], -1)
    while row and tonumber(string.match(row, '^%d+')) >= first do
      redis.call('RPOP', KEYS[i])
      row = redis.call('LINDEX', KEYS[i], -1)
    end
  end
  if commands + tokens > 0 then
    local at = perform(8 + 2 * accounts, commands)
    -- Somebody else may have revoked the same tokens since, by a new password. One too few is safer.
    local changes = redis.call('HMGET', KEYS[2], 'changes', ARGV[4] .. '-changes')
    if changes[1] == changes[2] then perform(at, tokens) end
    redis.call('HINCRBY', KEYS[2], 'changes', 1)
    redis.call('HINCRBY', KEYS[2], 'names', 1)
  end
  retract(KEYS[5], ARGV[1])
  redis.call('HDEL', KEYS[2], ARGV[4])
end
if redis.call('HGET', KEYS[2], 'told') == ARGV[1] then
  redis.call('HDEL', KEYS[2], 'told')
  local told = redis.call('HGETALL', KEYS[4])
  for i = 1, #told, 2 do redis.call('HINCRBY', KEYS[3], told[i], told[i + 1]) end
end
return 1

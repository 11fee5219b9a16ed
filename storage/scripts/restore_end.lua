-- Ends a restore: what is there now is the store. ARGV: the restore, the format, the last number that may have been given, 1 for a lockdown
-- Reply: 1; 0 if the restore is over
if call('GET', restoreKey) ~= ARGV[1] then return 0 end
local state = call('HMGET', stateKey, 'last', 'version')
call('HSET', stateKey, 'format', ARGV[2], 'last', math.max(tonumber(state[1] or 0), tonumber(ARGV[3])), 'version', tonumber(state[2] or 0) + 1)
if ARGV[4] == '1' then call('HSET', stateKey, 'lockdown', 1) else call('HDEL', stateKey, 'lockdown') end
call('HDEL', stateKey, 'restoring')
call('DEL', restoreKey)
return 1

-- Ends a dump, if there still is one of that name, and removes some of the copies that no dump needs. ARGV: the dump, the format
-- Reply: how many were removed
local dump = call('GET', dumpKey)
if dump and dump ~= ARGV[1] then return 0 end
local state = call('HMGET', stateKey, 'format', 'restoring')
if state[1] == guardedFormat and not state[2] then call('HSET', stateKey, 'format', ARGV[2]) end
call('DEL', dumpKey)
local keys = call('SPOP', dumpedKey, 100)
for _, key in ipairs(keys) do call('DEL', dumpedPrefix .. key) end
return #keys

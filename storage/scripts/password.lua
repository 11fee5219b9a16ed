-- Replaces a password, and keeps the old hash aside for a while. KEYS: those of guard.lua, account, hash aside
-- ARGV: those of guard.lua, id, old hash (empty: whichever it is), new hash, milliseconds to keep it aside, time and kind of the event
-- Reply: 'done', number, name; 'gone'; 'changed'; or what guard.lua says
local fields = call('HMGET', KEYS[5], 'hash', 'name')
if not fields[1] then return {'gone'} end
if ARGV[7] ~= '' and fields[1] ~= ARGV[7] then return {'changed'} end
give(1)
call('SET', KEYS[6], fields[1], 'PX', ARGV[9])
call('HSET', KEYS[5], 'hash', ARGV[8], 'changed', operation)
announce(ARGV[11], ARGV[10], ARGV[6], fields[2])
return {'done', last, fields[2]}

-- Replaces a password, and keeps the old hash aside for a while. KEYS: those of guard.lua, account, hash aside
-- ARGV: those of guard.lua, old hash (empty: whichever it is), new hash, milliseconds to keep it aside, for a shared store 1 and the event
-- Reply: 'done', number; 'gone'; 'changed'; or what guard.lua says
local hash = call('HGET', KEYS[5], 'hash')
if not hash then return {'gone'} end
if ARGV[6] ~= '' and hash ~= ARGV[6] then return {'changed'} end
give(1)
call('SET', KEYS[6], hash, 'PX', ARGV[8])
call('HSET', KEYS[5], 'hash', ARGV[7], 'changed', operation)
announce(last, ARGV[10])
return {'done', last}

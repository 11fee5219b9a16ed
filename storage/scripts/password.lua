-- Replaces a password, keeps the old hash aside for a while, and does the commands that revoke the tokens.
-- KEYS: those of guard.lua, account, hash aside
-- ARGV: those of guard.lua, old hash (empty: whichever it is), new hash, milliseconds to keep it aside, the version of what is remembered and of what
-- was read, how many commands, these, for a shared store 1 and the event
-- Reply: 'done', number; 'gone'; 'changed'; or what guard.lua and outdated say
local hash = call('HGET', KEYS[5], 'hash')
if not hash then return {'gone'} end
if ARGV[6] ~= '' and hash ~= ARGV[6] then return {'changed'} end
local refused = outdated(ARGV[9], ARGV[10])
if refused then return refused end
give(1)
call('SET', KEYS[6], hash, 'PX', ARGV[8])
call('HSET', KEYS[5], 'hash', ARGV[7], 'changed', operation)
local at = perform(12, tonumber(ARGV[11]))
changed()
announce(last, ARGV[at + 1])
return {'done', last}

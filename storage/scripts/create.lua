-- Makes an account in the lobby. KEYS: those of guard.lua, names, rooms
-- ARGV: those of guard.lua, key, name, hash, created, the lobby's key, what the keys of an account, of its memberships and of a room begin with
-- Reply: 'done', id, the lobby's id and name; 'exists'; or what guard.lua says
if call('HEXISTS', KEYS[5], ARGV[6]) == 1 then return {'exists'} end
local lobby = call('HGET', KEYS[6], ARGV[10])
give(1)
local id = text(last)
call('HSET', ARGV[11] .. id, 'key', ARGV[6], 'name', ARGV[7], 'hash', ARGV[8], 'created', ARGV[9], 'made', operation)
call('HSET', KEYS[5], ARGV[6], id)
call('HSET', ARGV[12] .. id, lobby, id)
return {'done', last, lobby, call('HGET', ARGV[13] .. lobby, 'name')}

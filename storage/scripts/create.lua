-- Makes an account in the lobby. KEYS: those of guard.lua, names, rooms
-- ARGV: those of guard.lua, key, name, hash, created, the lobby's key, what the keys of an account, of its memberships, of a room and of its members begin
-- with, the key of the empty rooms
-- Reply: 'done', id, how many members the lobby has, the lobby as a login has it; 'exists'; or what guard.lua says
if call('HEXISTS', KEYS[5], ARGV[6]) == 1 then return {'exists'} end
local lobby = call('HGET', KEYS[6], ARGV[10])
give(1)
local id = text(last)
call('HSET', ARGV[11] .. id, 'key', ARGV[6], 'name', ARGV[7], 'hash', ARGV[8], 'created', ARGV[9], 'made', operation)
call('HSET', KEYS[5], ARGV[6], id)
call('HSET', ARGV[12] .. id, lobby, id .. ' 0 ' .. id)
call('HSET', ARGV[14] .. lobby, id, id .. ' 0')
call('SREM', ARGV[15], lobby)
if server == '' then changed() end
local room = call('HMGET', ARGV[13] .. lobby, 'key', 'name', 'topic', 'private', 'quiet')
return {'done', last, call('HLEN', ARGV[14] .. lobby),
  {lobby, id .. ' 0 ' .. id, room[1], room[2], room[3], room[4], room[5], 0}}

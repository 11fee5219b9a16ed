-- Looks up accounts, rooms, how accounts stand with rooms, and messages with a key.
-- ARGV: the lobby's key; how many account keys, account ids, room keys, room ids, standings and messages follow, and these: a standing is a room's id
-- and an account's, a message an account's id and the key
-- Reply: the version; for each account id, key, name, operator, how many rooms it is in besides the lobby, ban, mute, whom it has blocked, guest;
-- for each room id, number of members, fields and values; for each standing membership, ban, mute, invitation;
-- for each message what was kept under its key, and how many keys the account has. What there is not is an empty list
local lobby = call('HGET', roomsKey, ARGV[1])
local at = 7

-- each calls a function with the next arguments, as many times as an argument says, and returns what it does.
local function each(count, width, find)
  local found = {}
  for i = 1, tonumber(ARGV[count]) do
    found[i] = find(ARGV[at + 1], ARGV[at + 2]) or {}
    at = at + width
  end
  return found
end

local function person(id)
  local fields = call('HMGET', accountPrefix .. id, 'key', 'name', 'operator', 'guest')
  if not fields[1] then return end
  local rooms = call('HLEN', memberPrefix .. id)
  if lobby and call('HEXISTS', memberPrefix .. id, lobby) == 1 then rooms = rooms - 1 end
  local forbidden = call('HMGET', sanctionsPrefix .. '0', 'ban ' .. fields[1], 'mute ' .. fields[1])
  return {id, fields[1], fields[2], fields[3], rooms, forbidden[1], forbidden[2], call('SMEMBERS', blocksPrefix .. id), fields[4]}
end

local function roomOf(id)
  local fields = call('HGETALL', roomPrefix .. id)
  if #fields == 0 then return end
  local found = {id, call('HLEN', membersPrefix .. id)}
  for i = 1, #fields do found[2 + i] = fields[i] end
  return found
end

local function standing(id, who)
  local key = call('HGET', accountPrefix .. who, 'key') or ''
  local forbidden = call('HMGET', sanctionsPrefix .. id, 'ban ' .. key, 'mute ' .. key)
  return {call('HGET', memberPrefix .. who, id), forbidden[1], forbidden[2], call('HGET', invitesPrefix .. who, id)}
end

local function once(who, key)
  return {call('HGET', oncesPrefix .. who, key), call('HLEN', oncesPrefix .. who)}
end

-- byKey finds the id of a key in an index first.
local function byKey(index, find)
  return function(key)
    local id = call('HGET', index, key)
    return id and find(id)
  end
end

local persons = each(2, 1, byKey(namesKey, person))
for _, found in ipairs(each(3, 1, person)) do persons[#persons + 1] = found end
local rooms = each(4, 1, byKey(roomsKey, roomOf))
for _, found in ipairs(each(5, 1, roomOf)) do rooms[#rooms + 1] = found end
local standings = each(6, 2, standing)
return {call('HGET', stateKey, 'version') or '0', persons, rooms, standings, each(7, 2, once)}

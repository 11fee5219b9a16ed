-- Looks up accounts, rooms, how accounts stand with rooms, and messages with a key. KEYS: state, names, rooms
-- ARGV: what the keys begin with of an account, its memberships, its blocks, the sanctions of a room, the invitations of an account, a room, its
-- members, the keys of an account's messages; the lobby's key; how many account keys, account ids, room keys, room ids, standings and messages follow,
-- and these: a standing is a room's id and an account's, a message an account's id and the key
-- Reply: the version of the names; for each account id, key, name, operator, how many rooms it is in besides the lobby, ban, mute, whom it has blocked;
-- for each room id, number of members, fields and values; for each standing membership, ban, mute, invitation;
-- for each message what was kept under its key, and how many keys the account has. What there is not is an empty list
local call = redis.call
local account, member, blocks, sanctions = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local invites, room, members, onces, lobby = ARGV[5], ARGV[6], ARGV[7], ARGV[8], call('HGET', KEYS[3], ARGV[9])
local at = 15

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
  local fields = call('HMGET', account .. id, 'key', 'name', 'operator')
  if not fields[1] then return end
  local rooms = call('HLEN', member .. id)
  if lobby and call('HEXISTS', member .. id, lobby) == 1 then rooms = rooms - 1 end
  local forbidden = call('HMGET', sanctions .. '0', 'ban ' .. fields[1], 'mute ' .. fields[1])
  return {id, fields[1], fields[2], fields[3], rooms, forbidden[1], forbidden[2], call('SMEMBERS', blocks .. id)}
end

local function roomOf(id)
  local fields = call('HGETALL', room .. id)
  if #fields == 0 then return end
  local found = {id, call('HLEN', members .. id)}
  for i = 1, #fields do found[2 + i] = fields[i] end
  return found
end

local function standing(id, who)
  local key = call('HGET', account .. who, 'key') or ''
  local forbidden = call('HMGET', sanctions .. id, 'ban ' .. key, 'mute ' .. key)
  return {call('HGET', member .. who, id), forbidden[1], forbidden[2], call('HGET', invites .. who, id)}
end

local function once(who, key)
  return {call('HGET', onces .. who, key), call('HLEN', onces .. who)}
end

-- byKey finds the id of a key in an index first.
local function byKey(index, find)
  return function(key)
    local id = call('HGET', index, key)
    return id and find(id)
  end
end

local persons = each(10, 1, byKey(KEYS[2], person))
for _, found in ipairs(each(11, 1, person)) do persons[#persons + 1] = found end
local rooms = each(12, 1, byKey(KEYS[3], roomOf))
for _, found in ipairs(each(13, 1, roomOf)) do rooms[#rooms + 1] = found end
local standings = each(14, 2, standing)
return {call('HGET', KEYS[1], 'names') or '0', persons, rooms, standings, each(15, 2, once)}

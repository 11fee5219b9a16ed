-- Returns the newest message of each room and each conversation of an account that it may read.
-- KEYS: the memberships of the account, its conversations
-- ARGV: account, the last number to show, oldest time to show, what the keys begin with of a thread, a room, an account
-- Reply: for each a room's id and 0, or the ids of both accounts; the name of the room or of the other account; the message's number and time
local call = redis.call
local account, last, cutoff = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local threadPrefix, roomPrefix, accountPrefix = ARGV[4], ARGV[5], ARGV[6]
local found = {}

-- newest returns the newest row of a list that is shown.
local function newest(list)
  local row = call('LINDEX', list, -1)
  if not row or tonumber(string.match(row, NUMBER)) <= last then return row end
  local count = search(list, NUMBER, last + 1)
  return count > 0 and call('LINDEX', list, count - 1)
end

local function add(list, above, first, second, name)
  local row = newest(list)
  if not row then return end
  local number, at = string.match(row, NUMBER), string.match(row, AT)
  if tonumber(number) > above and tonumber(at) >= cutoff then found[#found + 1] = {first, second, name, number, at} end
end

local rooms = call('HGETALL', KEYS[1])
for i = 1, #rooms, 2 do
  local fields = call('HMGET', roomPrefix .. rooms[i], 'name', 'private')
  local above = fields[2] == '1' and tonumber(string.match(rooms[i + 1], NUMBER)) or 0
  if fields[1] then add(threadPrefix .. rooms[i], above, rooms[i], '0', fields[1]) end
end

for _, other in ipairs(call('SMEMBERS', KEYS[2])) do
  local name = call('HGET', accountPrefix .. other, 'name')
  local pair = tonumber(account) < tonumber(other) and account .. '-' .. other or other .. '-' .. account
  if name then add(threadPrefix .. pair, 0, account, other, name) end
end
return found

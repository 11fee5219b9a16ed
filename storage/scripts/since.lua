-- Returns what an account may read of all its rooms and conversations, in the one order.
-- KEYS: the memberships of the account, its conversations, its invitations
-- ARGV: account, after, the last number to show, how many rows at most, oldest time to show, what the keys begin with of a thread, a room, an account
-- Reply: the threads that the rows are of, each a room's id, 0 and its name, or the account's id, the other one's, and both names; for each row its
-- thread, from 1, and itself; the invitations
local call = redis.call
local account, after, last, limit = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local cutoff, threadPrefix, roomPrefix, accountPrefix = tonumber(ARGV[5]), ARGV[6], ARGV[7], ARGV[8]
local threads, found = {}, {}
local bound = last + 1 -- greater numbers are not wanted

-- cut leaves the first rows.
local function cut()
  table.sort(found, function(x, y) return x[1] < y[1] end)
  for i = #found, limit + 1, -1 do found[i] = nil end
  if #found == limit and limit > 0 then bound = found[limit][1] + 1 end
end

-- add adds the rows of a list above a number.
local function add(list, above, thread)
  local newest = call('LINDEX', list, -1)
  if not newest or tonumber(string.match(newest, NUMBER)) <= above then return end
  local from = math.max(search(list, NUMBER, above + 1), search(list, AT, cutoff))
  local to = math.min(from + limit, search(list, NUMBER, bound))
  if from >= to then return end
  threads[#threads + 1] = thread()
  for _, row in ipairs(call('LRANGE', list, from, to - 1)) do
    found[#found + 1] = {tonumber(string.match(row, NUMBER)), #threads, row}
  end
  cut()
end

local rooms = call('HGETALL', KEYS[1])
for i = 1, #rooms, 2 do
  local fields = call('HMGET', roomPrefix .. rooms[i], 'name', 'private')
  local above = after
  if fields[2] == '1' then above = math.max(after, tonumber(string.match(rooms[i + 1], NUMBER))) end
  if fields[1] then
    add(threadPrefix .. rooms[i], above, function() return {rooms[i], '0', fields[1]} end)
  end
end

local function name(id) return call('HGET', accountPrefix .. id, 'name') or '' end
for _, other in ipairs(call('SMEMBERS', KEYS[2])) do
  local pair = tonumber(account) < tonumber(other) and account .. '-' .. other or other .. '-' .. account
  add(threadPrefix .. pair, after, function() return {account, other, name(account), name(other)} end)
end

local rows = {}
for i, one in ipairs(found) do
  rows[2 * i - 1], rows[2 * i] = one[2], one[3]
end
local invites = {}
local all = call('HGETALL', KEYS[3])
for i = 1, #all, 2 do
  if call('EXISTS', roomPrefix .. all[i]) == 1 then invites[#invites + 1] = all[i + 1] end
end
return {threads, rows, invites}

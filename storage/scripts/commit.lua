-- Does a run of asks: acks, messages, what the rules have decided, and logins and pages of inboxes.
-- KEYS: those of guard.lua, expired, told, what is forbidden on the server; for each private message the inbox and the thread; for each ack the inbox;
--       for each page the inbox, the account, its memberships, its invitations; for each room the thread
-- ARGV: those of guard.lua, see the names below; then for each ack a number; for each page 'E' (a login) or 'F', the last number that it
--       shows, after, limit, account, hash, new hash; the private messages whose thread's time to live begins again; their rows;
--       for each room the number of its rows; these rows; for each event for the server the place of its number, and itself; the commands
-- Reply: 'done', the places of the private messages that found a full inbox, the pages, the last number; a page is
--        'done', waiting, more (0 or 1), rows, of a login also expired, operator (0 or 1), the rooms, the invitations; or 'gone', 'changed',
--        or 'banned' and the ban; or instead of it all what guard.lua and outdated say
local cutoff = tonumber(ARGV[6])
local inboxLimit, roomLimit, conversationLimit = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local keep, feedRead, now = tonumber(ARGV[10]), tonumber(ARGV[13]), tonumber(ARGV[14])
local inboxPrefix, threadPrefix, roomPrefix, pairsPrefix = tonumber(ARGV[15]), ARGV[16], ARGV[17], ARGV[18] -- the first is a length
local acks, pages, renewals, private = tonumber(ARGV[19]), tonumber(ARGV[20]), tonumber(ARGV[21]), tonumber(ARGV[22])
local rooms, numbers, told, commands = tonumber(ARGV[23]), tonumber(ARGV[24]), tonumber(ARGV[25]), tonumber(ARGV[26])
local arg, key = 26, 7 -- the last ones used
local CHUNK = 1000 -- arguments in a call
local before = last

local refused = outdated(ARGV[11], ARGV[12])
if refused then return refused end
-- Redis refuses only the first write of a script when its memory is used up. So this one comes before anything is changed.
if numbers > 0 or commands > 0 then give(numbers, server == '' and 'shared' or 'batch', operation) end

local function takeArgs(n)
  local first = arg + 1
  arg = arg + n
  return first
end

local function takeKeys(n)
  local first = key + 1
  key = key + n
  return first
end

local NUMBER, AT = '^(%d+)', '^%d+ (%-?%d+)'

-- place returns how many rows of an inbox have a number up to this one.
local function place(inbox, count, number)
  if number == 0 then return 0 end
  local low, high = 0, count
  while low < high do
    local middle = math.floor((low + high) / 2)
    if tonumber(string.match(call('LINDEX', inbox, middle), NUMBER)) <= number then low = middle + 1 else high = middle end
  end
  return low
end

-- expire removes old rows from the head of an inbox and counts them.
local function expire(inbox)
  local n = 0
  local row = call('LINDEX', inbox, 0)
  while row and tonumber(string.match(row, AT)) < cutoff do
    n = n + 1
    row = call('LINDEX', inbox, n)
  end
  if n > 0 then
    call('LTRIM', inbox, n, -1)
    call('HINCRBY', KEYS[5], string.sub(inbox, inboxPrefix + 1), n)
  end
end

-- Remove what the server has read from the feed.
while feedRead > 0 do
  local row = call('LINDEX', KEYS[4], 0)
  if not row or tonumber(string.match(row, NUMBER)) > feedRead then break end
  call('LPOP', KEYS[4])
end

local firstPrivate = takeKeys(2 * private)
local firstKey, first = takeKeys(acks), takeArgs(acks)
for i = 0, acks - 1 do
  local inbox = KEYS[firstKey + i]
  local n = place(inbox, call('LLEN', inbox), tonumber(ARGV[first + i]))
  if n > 0 then call('LTRIM', inbox, n, -1) end
end

local firstPage, firstPageKey = takeArgs(7 * pages), takeKeys(4 * pages)
local firstRenewal = takeArgs(renewals)

-- overfull reports whether an inbox is over its limit, even without its expired messages.
local function overfull(inbox)
  expire(inbox)
  return call('LLEN', inbox) > inboxLimit
end

-- A history grows a quarter over its limit before it is cut, so that only few messages take the time.
local function bound(thread, length, limit)
  if length > limit * 1.25 + numbers then call('LTRIM', thread, -limit - numbers, -1) end
end

-- pair notes that two accounts have a conversation.
local function pair(thread)
  local a, b = string.match(thread, '(%d+)%-(%d+)$')
  call('SADD', pairsPrefix .. a, b)
  call('SADD', pairsPrefix .. b, a)
end

local full = {}
first = takeArgs(private)
for i = 1, private do
  local inbox, row = KEYS[firstPrivate + 2 * i - 2], ARGV[first + i - 1]
  if call('RPUSH', inbox, row) > inboxLimit and overfull(inbox) then
    call('RPOP', inbox)
    full[#full + 1] = i
  else
    local thread = KEYS[firstPrivate + 2 * i - 1]
    local length = call('RPUSH', thread, row)
    bound(thread, length, conversationLimit)
    if length == 1 then
      pair(thread)
      if keep > 0 then call('PEXPIRE', thread, keep) end
    end
  end
end
for i = firstRenewal, firstRenewal + renewals - 1 do
  call('PEXPIRE', KEYS[firstPrivate + 2 * ARGV[i] - 1], keep)
end

firstKey, first = takeKeys(rooms), takeArgs(rooms)
for i = 0, rooms - 1 do
  local thread, length = KEYS[firstKey + i], 0
  local from = takeArgs(tonumber(ARGV[first + i]))
  for j = from, arg, CHUNK do
    length = call('RPUSH', thread, unpack(ARGV, j, math.min(j + CHUNK - 1, arg)))
  end
  bound(thread, length, roomLimit)
end

first = takeArgs(2 * told)
for i = first, arg, 2 do announce(before + tonumber(ARGV[i]), ARGV[i + 1]) end
perform(arg + 1, commands)
if commands > 0 then changed() end

-- tell takes the count of expired messages, and notes that this run did.
local noted = false
local function tell(account)
  local n = tonumber(call('HGET', KEYS[5], account) or 0)
  if n > 0 then
    call('HDEL', KEYS[5], account)
    if not noted then
      noted = true
      call('DEL', KEYS[6])
      call('HSET', KEYS[2], 'told', operation)
    end
    call('HSET', KEYS[6], account, n)
  end
  return n
end

-- read returns the part of an inbox that a page shows.
local function read(inbox, upto, after, limit)
  expire(inbox)
  local count = call('LLEN', inbox)
  if upto < last then count = place(inbox, count, upto) end
  local start = math.min(place(inbox, count, after), count)
  local stop = math.min(start + limit, count)
  local rows = {}
  if stop > start then rows = call('LRANGE', inbox, start, stop - 1) end
  return {'done', count - start, stop < count and 1 or 0, rows}
end

-- banned returns the ban of an account from the server, if it has not ended and was not that of an earlier account of this name.
local function banned(id, key)
  local ban = call('HGET', KEYS[7], 'ban ' .. key)
  if not ban then return end
  local ending, account = string.match(ban, '^(%d+) (%d+)')
  if account == id and (ending == '0' or tonumber(ending) > now) then return ban end
end

-- login checks the hash that the password was compared with. A Redis without memory keeps the old one, which is as good: the
-- next login brings a new one again.
local function login(account, id, hash, newHash)
  local fields = call('HMGET', account, 'hash', 'key', 'operator')
  if not fields[1] then return 'gone' end
  if fields[1] ~= hash then return 'changed' end
  local ban = banned(id, fields[2])
  if ban then return 'banned', ban end
  if newHash ~= '' then redis.pcall('HSET', account, 'hash', newHash) end
  return 'done', fields[3] and 1 or 0
end

-- unread counts the messages of a room from one number to another.
local function unread(room, from, upto)
  local thread = threadPrefix .. room
  local newest = call('LINDEX', thread, -1)
  if not newest or tonumber(string.match(newest, NUMBER)) <= from then return 0 end
  local count = call('LLEN', thread)
  local stop = count
  if upto < last then stop = place(thread, count, upto) end
  return math.max(0, math.min(stop - place(thread, count, from), roomLimit))
end

local function roomsOf(members, upto)
  local found, all = {}, call('HGETALL', members)
  for i = 1, #all, 2 do
    local fields = call('HMGET', roomPrefix .. all[i], 'key', 'name', 'topic', 'private', 'quiet')
    if fields[1] then
      local read = tonumber(string.match(all[i + 1], '(%d+)$'))
      found[#found + 1] = {all[i], all[i + 1], fields[1], fields[2], fields[3], fields[4], fields[5], unread(all[i], read, upto)}
    end
  end
  return found
end

local answers = {}
for i = 1, pages do
  local a, k = firstPage + 7 * (i - 1), firstPageKey + 4 * (i - 1)
  local verdict, detail = 'done', nil
  if ARGV[a] == 'E' then verdict, detail = login(KEYS[k + 1], ARGV[a + 4], ARGV[a + 5], ARGV[a + 6]) end
  if verdict ~= 'done' then
    answers[i] = {verdict, detail}
  else
    local upto = tonumber(ARGV[a + 1])
    local answer = read(KEYS[k], upto, tonumber(ARGV[a + 2]), tonumber(ARGV[a + 3]))
    if detail then
      answer[5], answer[6], answer[7], answer[8] = tell(ARGV[a + 4]), detail, roomsOf(KEYS[k + 2], upto), call('HVALS', KEYS[k + 3])
    end
    answers[i] = answer
  end
end
return {'done', full, answers, last}

-- Does a run of asks: acks, messages, what the rules have decided, and logins and pages of inboxes.
-- KEYS: those of guard.lua, expired, told, what is forbidden on the server, names; for each private message the inbox and the thread; for each ack
--       the inbox; for each room the thread
-- ARGV: those of guard.lua, see the names below; then for each ack a number; for each page 'E' (a login by password), 'T' (by a token) or 'F', the
--       last number that it shows, after, limit, account (by a token its key), hash (of the password, of the token), new hash; the private messages
--       whose thread's time to live begins again; their rows; for each room the number of its rows; these rows; for each event for the server the
--       place of its number, and itself; the commands; for each message with a key which private message it is, or 0, and two commands
-- Reply: 'done', the places of the private messages that found a full inbox, the pages, the last number; a page is
--        'done', waiting, more (0 or 1), rows, of a login also expired, the account's id and fields, the rooms, the invitations; or 'gone', 'changed',
--        'token', or 'banned' and the ban; or instead of it all what guard.lua and outdated say
local cutoff = tonumber(ARGV[6])
local inboxLimit, roomLimit, conversationLimit = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local keep, feedRead, now = tonumber(ARGV[10]), tonumber(ARGV[13]), tonumber(ARGV[14])
local inboxPrefix, threadPrefix, roomPrefix, pairsPrefix = ARGV[15], ARGV[16], ARGV[17], ARGV[18]
local accountPrefix, memberPrefix, invitesPrefix, tokensPrefix = ARGV[19], ARGV[20], ARGV[21], ARGV[22]
local acks, pages, renewals, private = tonumber(ARGV[23]), tonumber(ARGV[24]), tonumber(ARGV[25]), tonumber(ARGV[26])
local rooms, numbers, told, commands, onces = tonumber(ARGV[27]), tonumber(ARGV[28]), tonumber(ARGV[29]), tonumber(ARGV[30]), tonumber(ARGV[31])
local arg, key = 31, 8 -- the last ones used
local CHUNK = 1000 -- arguments in a call
local ONCE = 11 -- arguments for a message with a key
local before = last

local refused = outdated(ARGV[11], ARGV[12])
if refused then return refused end
-- Redis refuses only the first write of a script when its memory is used up. So this one comes before anything is changed.
local lastRun = server == '' and 'shared' or 'batch'
if numbers > 0 or commands > 0 then give(numbers, lastRun, operation) end

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
    call('HINCRBY', KEYS[5], string.sub(inbox, #inboxPrefix + 1), n)
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

local firstPage = takeArgs(7 * pages)
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

local full, isFull = {}, {}
first = takeArgs(private)
for i = 1, private do
  local inbox, row = KEYS[firstPrivate + 2 * i - 2], ARGV[first + i - 1]
  if call('RPUSH', inbox, row) > inboxLimit and overfull(inbox) then
    call('RPOP', inbox)
    full[#full + 1], isFull[tostring(i)] = i, true
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
local at = perform(arg + 1, commands)
if commands > 0 then call('HSET', KEYS[2], lastRun .. '-changes', changed()) end
-- The keys of messages come after the commands, which may remove an earlier use of the same key.
for i = at, at + ONCE * (onces - 1), ONCE do
  if not isFull[ARGV[i]] then perform(i + 1, 2) end
end

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

-- refusalOfPassword checks the hash that the password was compared with.
local function refusalOfPassword(hash, compared)
  if not hash then return 'gone' end
  if hash ~= compared then return 'changed' end
end

-- refusalOfToken looks for a token that has not ended.
local function refusalOfToken(id, hash)
  local token = call('HGET', tokensPrefix .. id, hash)
  if not token or tonumber(string.match(token, '^%-?%d+')) <= now then return 'token' end
end

-- login returns the answer to a login that is refused, or nil, the account's id and its fields. A Redis without memory keeps the old hash of a
-- password, which is as good: the next login brings a new one again.
local function login(kind, account, hash, newHash)
  local id = account
  if kind == 'T' then id = call('HGET', KEYS[8], account) or '' end
  local fields = call('HMGET', accountPrefix .. id, 'key', 'name', 'hash', 'created', 'operator')
  local refusal
  if kind == 'T' then refusal = refusalOfToken(id, hash) else refusal = refusalOfPassword(fields[3], hash) end
  if refusal then return {refusal} end
  local ban = banned(id, fields[1])
  if ban then return {'banned', ban} end
  if newHash ~= '' then redis.pcall('HSET', accountPrefix .. id, 'hash', newHash) end
  return nil, id, {id, fields[1], fields[2], fields[4], fields[5]} -- without the hash
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
  local a = firstPage + 7 * (i - 1)
  local kind, id, upto = ARGV[a], ARGV[a + 4], tonumber(ARGV[a + 1])
  local answer, fields
  if kind ~= 'F' then answer, id, fields = login(kind, id, ARGV[a + 5], ARGV[a + 6]) end
  if not answer then
    answer = read(inboxPrefix .. id, upto, tonumber(ARGV[a + 2]), tonumber(ARGV[a + 3]))
    if fields then
      answer[5], answer[6], answer[7], answer[8] = tell(id), fields, roomsOf(memberPrefix .. id, upto), call('HVALS', invitesPrefix .. id)
    end
  end
  answers[i] = answer
end
return {'done', full, answers, last}

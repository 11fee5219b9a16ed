-- One run of a node: it renews the node's lease, cuts from its feed what it has read, does what it asks for, tells the others, and returns what these
-- have done. Without asks it is a heartbeat.
-- ARGV: the node; the format; the run_id; numbers, see their names below; what the other nodes are told; then for each expectation a key, a field and
--       its value (empty: there is none); for each ack an inbox (its key) and a number; for each page 'E' (a login by password), 'T' (by a token), 'C' (of a
--       new account) or 'F', the place of the last number that it shows, after, limit, account (by a token its key), hash (of the password, of the
--       token), new hash, and the session that it begins; the private messages whose thread's time to live begins again; of each private message the
--       inbox and the thread (both as keys) and the row; for each room its id and the number of its rows; these rows; for each account whose
--       sessions have changed its id, these, and why it has none; the commands; for each message with a key which private message it is, or 0, and two commands
-- Reply: the number before the first one of the run, if it is done and there is nothing else that the node does not know. Otherwise 'done'; or
--        'outdated' (the node does not know yet what the others have changed: nothing that it asks for was done), 'changed' (neither was it, as an expectation was wrong); then the last number, the version, the step up to which the node knows all (0: there is more on its feed),
--        how many other nodes there are, what they have done, lines of who has gone, the number before the first one of the run, the places of the
--        private messages that found a full inbox, for each private message the sessions that it found on other nodes, for each what its recipient
--        said about being away, and the pages; a page is 'done', waiting, more (0 or 1), rows, and of a login also expired, the account's id and
--        fields, the rooms, the invitations, the session's id, whether it is the account's first one (0 or 1), what the account says about being
--        away; or 'gone', 'changed', 'token', or 'banned' and the ban.
--        Or instead of it all 'format' and the one that there is, 'restoring' (another store takes its place), 'buried' (the others have given the node
--        up) and perhaps 'restored' (because of such a store), 'unknown' (Redis has no such node), 'late' (this run was given up), 'back' (Redis has an
--        older state than the node has seen, or may have; 1 if it has)
local self, format, run, body = ARGV[1], ARGV[2], ARGV[3], ARGV[5]
local seq, confirmed, knownVersion, seenLast, seenStep, cut, renews, asked, lease, most, -- of the node
  at, cutoff, inboxLimit, roomLimit, conversationLimit, keep,
  expectations, acks, pages, renewals, private, rooms, numbers, commands, onces, present, -- how many follow
  whole, touches, everybody, hasBody, grows = struct.unpack('<' .. string.rep('d', 31), ARGV[4])
local arg = 5 -- the last one used
local CHUNK = 1000 -- arguments in a call
local ONCE = 11 -- arguments for a message with a key
local PAGE = 8 -- arguments for a page
local PRIVATE = 3 -- arguments for a private message
local FEED = 20000 -- entries that a feed may hold

local state = call('HMGET', stateKey, 'format', 'last', 'version', 'step', 'run', 'sessions', 'nodes')
local ended -- a dump has died
if state[1] ~= format then
  local refusal, dumping = guarded(state[1])
  if refusal then return refusal end
  if dumping then call = preserving else ended = true end
end
local last, version, step, sessions = tonumber(state[2] or 0), tonumber(state[3] or 0), tonumber(state[4] or 0), tonumber(state[6] or 0)
local isNode = string.find(self, '.', 1, true) ~= nil
local others, known = nodesOf(state[7], self)
local me = nodePrefix .. self
local mine = call('HMGET', me, 'seq', 'void') -- the last run of this node, and the last one that was given up

local lost = last < seenLast or tonumber(mine[1] or 0) < confirmed
if isNode and not known then
  local why = call('HGET', me, 'buried')
  if why or not lost then return {'buried', why} end
  return {'unknown'}
end
if math.max(tonumber(mine[1] or 0), tonumber(mine[2] or 0)) >= seq then return {'late'} end
if state[5] ~= run or lost or step < seenStep then
  -- It is another Redis, was started anew, or has lost something. What was given before may not be known here, so it must not come again.
  local now = clock() * 1000
  last, step, version = math.max(last, seenLast, now), math.max(step, seenStep, now), math.max(version + 1, now)
  call('HSET', stateKey, 'last', last, 'version', version, 'step', step, 'sessions', sessions + (lost and 100000 or 0), 'run', run)
  return {'back', lost and 1 or 0}
end

local nodes -- all of them
local presence -- the functions that change who is here
local function getPresence()
  if not presence then
    nodes = {unpack(others)}
    if isNode then nodes[#nodes + 1] = self end
    presence = presenceOf(nodes)
  end
  return presence
end

-- Redis refuses only the first write of a script when its memory is used up. What adds something must be refused, and the rest must not.
-- In most runs with asks the first write is the one that notes the run.
local writes = renews == 1 or cut > 0 or step ~= seenStep or ended
if grows == 0 then call('DEL', neverKey) elseif writes then call('HSET', me, 'seq', seq) end
if ended then call('HSET', stateKey, 'format', format) end

local lines = {} -- who has gone, and come, but for the sessions that this run begins
local heralds = {} -- who has come with these
local before, begun = last, sessions
local changed = false -- the state has, besides the last number
local wanted = {} -- the nodes that must be told
local refused = {} -- the places of the numbers of messages that were not kept
local behind -- the step before the first one that the node itself must still be told of

-- share puts something on the feeds of nodes. One that reads nothing would fill Redis' memory, so it is given up; who has gone with it is told to all.
local function share(words, recipients)
  step, changed = step + 1, true
  local entry = text(step) .. ' ' .. text(before) .. ' ' .. text(version) .. ' ' .. table.concat(refused, ',') .. '\n' .. words
  local slow, gone = {}, {}
  for _, node in ipairs(recipients) do
    local length = tell(node, entry)
    if node == self then
      behind = behind or step - 1
    elseif length > FEED then
      slow[#slow + 1] = node
    end
  end
  for _, node in ipairs(slow) do getPresence().bury(node, gone) end
  if #slow > 0 then others = nodesOf(table.concat(nodes, ' '), self) end
  if #gone > 0 then share(table.concat(gone, '\n'), nodes) end
end

-- burySilent buries the nodes whose lease has run out. That is done only when for as long as a lease some node has always renewed its own, by the
-- clock of Redis. After a time in which Redis stood still, or when its clock has jumped, all nodes so renew their leases first.
local function burySilent(now)
  local times = call('HMGET', stateKey, 'beat', 'steady')
  local beat, steady = tonumber(times[1] or 0), tonumber(times[2] or now)
  if now - beat > lease / 2 or now < beat then steady = now end
  call('HSET', stateKey, 'beat', now, 'steady', steady)
  if now - steady < lease then return end
  local gone = {}
  for _, node in ipairs(call('ZRANGEBYSCORE', leasesKey, '-inf', '(' .. now)) do
    if node ~= self then getPresence().bury(node, gone) end
  end
  if not nodes then return end
  others = nodesOf(table.concat(nodes, ' '), self)
  if #gone > 0 then share(table.concat(gone, '\n'), nodes) end -- also to ourselves, since our answer may be lost
end

-- lapse gives some of the conversations that were restored their time to live.
local function lapse(now)
  for _, thread in ipairs(call('SPOP', restoredKey, 1000)) do
    local row = keep > 0 and call('LINDEX', thread, -1)
    if row then call('PEXPIRE', thread, math.max(1, string.match(row, '^%d+ (%-?%d+)') + keep - now)) end
  end
end

if renews == 1 and isNode then
  local now = clock()
  burySilent(now)
  lapse(now)
  call('ZADD', leasesKey, now + lease, self)
end
-- What the node was told is kept until its next run says that it has it. So its feed is empty then, and the next thing to come rings its bell.
local entries, more = {}, false
local feed, told = feedPrefix .. self, readPrefix .. self
if cut > 0 then
  -- It goes by steps: if the answer to an earlier run was lost, something else may be there than what the node has counted.
  local function isRead(place)
    local entry = call('LINDEX', told, place)
    return entry and tonumber(string.match(entry, '^%d+')) <= seenStep
  end
  if isRead(-1) then call('DEL', told) elseif isRead(cut - 1) then call('LTRIM', told, cut, -1) end
end
if isNode and step ~= seenStep then
  entries = call('LRANGE', told, 0, most - 1)
  more = #entries > 0 -- it did not get this, or there was too much of it for one reply
  if not more and call('EXISTS', feed) == 1 then
    call('RENAME', feed, told)
    entries = call('LRANGE', told, 0, most - 1)
    more = #entries == most
  end
end
behind = nil

-- isUsual reports whether there is nothing to tell of a run but its numbers. What it has found does not matter where there are no other nodes.
local function isUsual(full, found, aways, answers)
  return version == knownVersion and (behind or step) == seenStep and #others + #entries + #lines + #full + #answers == 0
end

-- finish keeps what has changed, and returns the reply.
local function finish(status, ...)
  if changed then
    call('HSET', stateKey, 'last', last, 'version', version, 'step', step, 'sessions', sessions)
  elseif last ~= before then
    call('HSET', stateKey, 'last', text(last))
  end
  if not isNode then call('PEXPIRE', me, 3600000) end
  if status == 'done' and isUsual(...) then return before end
  return {status, last, version, more and 0 or behind or step, #others, entries, lines, before, ...}
end

-- finishRun tells the others first. What the node must know of who has come and gone is kept, as the answer may be lost.
local function finishRun(...)
  if #lines + #heralds > 0 then
    local gone, come = table.concat(lines, '\n'), table.concat(heralds, '\n')
    call('HSET', me, 'lines', text(seq) .. '\n' .. gone .. '\n\n' .. come)
    if #others > 0 then share(gone .. (gone == '' and '' or '\n') .. body .. come, others) end
  elseif body ~= '' then
    local some = {}
    for _, node in ipairs(others) do
      if everybody == 1 or wanted[node] then some[#some + 1] = node end
    end
    if #some > 0 then share(body, some) end
  end
  return finish('done', ...)
end

if asked == 0 then
  call('HSET', me, 'seq', seq)
  return finish('done', {}, {}, {}, {})
end
if version ~= knownVersion or more or (#others > 0 and hasBody == 0) then
  call('HSET', me, 'seq', seq)
  return finish('outdated')
end

local function takeArgs(n)
  local first = arg + 1
  arg = arg + n
  return first
end

local first = takeArgs(3 * expectations)
for i = first, arg, 3 do
  if (call('HGET', ARGV[i], ARGV[i + 1]) or '') ~= ARGV[i + 2] then
    call('HSET', me, 'seq', seq)
    return finish('changed')
  end
end
local ran = text(seq) .. ' ' .. text(before) .. ' ' .. text(begun) .. ' ' .. text(step) .. ' '
call('HSET', me, 'seq', text(seq), 'ran', ran)
last, changed = last + numbers, changed or touches == 1
if touches == 1 then version = version + 1 end

local NUMBER, AT = '^(%d+)', '^%d+ (%-?%d+)'

-- digits is how long the number of a row is.
local fewest, longest = #text(seenLast + 1), #text(seenLast + numbers)
local function digits(row) return fewest == longest and longest or #string.match(row, NUMBER) end

-- placeOf returns which one of the run's numbers a row has. The node has written the one that it expected.
local function placeOf(row) return tonumber(string.sub(row, 1, digits(row))) - seenLast end

-- numbered returns a row with the number that it gets. The place is known where the rows follow one another.
local function numbered(row, place)
  if before == seenLast then return row end
  return text(before + (place or placeOf(row))) .. string.sub(row, digits(row) + 1)
end

-- A history grows a quarter over its limit before it is cut, so that only few messages take the time.
local function bound(thread, length, limit)
  if length > limit * 1.25 + numbers then call('LTRIM', thread, -limit - numbers, -1) end
end

local place, expire -- of inboxes
if acks + private + pages > 0 then
  -- place returns how many rows of an inbox have a number up to this one.
  function place(inbox, count, number)
    if number == 0 then return 0 end
    local low, high = 0, count
    while low < high do
      local middle = math.floor((low + high) / 2)
      if tonumber(string.match(call('LINDEX', inbox, middle), NUMBER)) <= number then low = middle + 1 else high = middle end
    end
    return low
  end

  -- expire removes old rows from the head of the inbox of an account and counts them.
  function expire(inbox, account)
    local n = 0
    local row = call('LINDEX', inbox, 0)
    while row and tonumber(string.match(row, AT)) < cutoff do
      n = n + 1
      row = call('LINDEX', inbox, n)
    end
    if n > 0 then
      call('LTRIM', inbox, n, -1)
      call('HINCRBY', expiredKey, account, n)
    end
  end
end

first = takeArgs(2 * acks)
for i = first, arg, 2 do
  local inbox = ARGV[i]
  local n = place(inbox, call('LLEN', inbox), tonumber(ARGV[i + 1]))
  if n > 0 then call('LTRIM', inbox, n, -1) end
end

local firstPage = takeArgs(PAGE * pages)
local firstRenewal = takeArgs(renewals)
local firstPrivate = takeArgs(PRIVATE * private)
local full, isFull, found, aways = {}, {}, {}, {}
if private > 0 then
  -- accountOf returns whose inbox it is.
  local function accountOf(inbox) return string.sub(inbox, #inboxPrefix + 1) end

  -- overfull reports whether an inbox is over its limit, even without its expired messages.
  local function overfull(inbox)
    expire(inbox, accountOf(inbox))
    return call('LLEN', inbox) > inboxLimit
  end

  -- pairOf returns the two accounts that have a conversation.
  local function pairOf(thread) return string.match(thread, '(%d+)%-(%d+)$') end

  -- pair notes that they have it.
  local function pair(thread)
    local a, b = pairOf(thread)
    call('SADD', pairsPrefix .. a, b)
    call('SADD', pairsPrefix .. b, a)
  end

  -- reach finds the sessions of an account on other nodes, and has these told.
  local function reach(account)
    local count = 0
    for _, node in ipairs(nodesOf(call('HGET', whereKey, account), self)) do
      count, wanted[node] = count + tonumber(string.match(call('HGET', onlinePrefix .. node, account), '^%d+')), true
    end
    return count
  end

  local shared = #others > 0
  for i = 1, private do
    local a = firstPrivate + PRIVATE * (i - 1)
    local inbox, thread, row = ARGV[a], ARGV[a + 1], ARGV[a + 2]
    if before ~= seenLast then row = numbered(row) end
    if shared then found[i], aways[i] = 0, '' end
    if call('RPUSH', inbox, row) > inboxLimit and overfull(inbox) then
      call('RPOP', inbox)
      full[#full + 1], isFull[i] = i, true
      refused[#refused + 1] = placeOf(ARGV[a + 2])
    else
      local length = call('RPUSH', thread, row)
      if length == 1 then
        pair(thread)
        if keep > 0 then call('PEXPIRE', thread, keep) end
      elseif length > conversationLimit then
        bound(thread, length, conversationLimit)
      end
      if shared then
        local to, one, other = accountOf(inbox), pairOf(thread)
        found[i] = reach(to)
        if found[i] > 0 then aways[i] = call('HGET', awayKey, to) or '' end
        reach(one == to and other or one) -- the author
      end
    end
  end
  local lasting = keep > 0 and keep or 3153600000000 -- a hundred years: what is kept for ever now may have had a time before
  for i = firstRenewal, firstRenewal + renewals - 1 do
    call('PEXPIRE', ARGV[firstPrivate + PRIVATE * (ARGV[i] - 1) + 1], lasting)
  end
  if #full + #others > 0 then
    call('HSET', me, 'ran', ran .. table.concat(full, ' ') .. '|' .. table.concat(found, ' '))
  end
end

first = takeArgs(2 * rooms)
local alone = rooms == 1 and private + commands == 0 -- then the numbers of its messages follow one another
for i = first, first + 2 * rooms - 1, 2 do
  local room, length = fill(ARGV[i], before), 0
  local thread = threadPrefix .. room
  local from = takeArgs(tonumber(ARGV[i + 1]))
  for j = from, arg, CHUNK do
    local upto = math.min(j + CHUNK - 1, arg)
    if before == seenLast then
      length = call('RPUSH', thread, unpack(ARGV, j, upto))
    else
      local rows = {}
      for k = j, upto do rows[#rows + 1] = numbered(ARGV[k], alone and k - from + 1) end
      length = call('RPUSH', thread, unpack(rows))
    end
  end
  bound(thread, length, roomLimit)
  for _, node in ipairs(others) do
    if not wanted[node] and call('HEXISTS', listeningPrefix .. node, room) == 1 then wanted[node] = true end
  end
end

local firstPresent = takeArgs(3 * present)
local lastPresent, roomsBefore = arg, {} -- of those who have gone: the commands remove a guest
if commands > 0 then
  for i = firstPresent, lastPresent, 3 do
    if ARGV[i + 1] == '' then roomsBefore[ARGV[i]] = call('HKEYS', memberPrefix .. ARGV[i]) end
  end
  arg = perform(arg + 1, commands, before, getPresence()) - 1
end
-- The keys of messages come after the commands, which may remove an earlier use of the same key. What was found on other nodes stands behind the value.
first = takeArgs(ONCE * onces)
for i = first, arg, ONCE do
  local which = tonumber(ARGV[i])
  if not isFull[which] then
    perform(i + 1, 2, before)
    if found[which] and found[which] > 0 then
      local key, field = ARGV[i + 3], ARGV[i + 4]
      call('HSET', key, field, call('HGET', key, field) .. '\n' .. found[which] .. ' ' .. aways[which])
    end
  end
end

if present + whole > 0 then
  local online, all = onlinePrefix .. self, getPresence()

  -- setPresent notes the sessions that an account has here; empty: none, for that reason.
  local function setPresent(account, value, reason)
    local there = call('HGET', online, account)
    local more = tonumber(string.match(value, '^%d+') or 0) - tonumber(string.match(there or '', '^%d+') or 0)
    if more ~= 0 then call('HINCRBY', me, 'sessions', more) end
    if value ~= '' then
      call('HSET', online, account, value)
      if there then return end
      lines[#lines + 1] = all.come(self, account, string.match(value, '^%S+ %S+ (%S+)'))
    elseif there then
      call('HDEL', online, account)
      lines[#lines + 1] = all.go(self, account, there, reason, roomsBefore[account])
    end
  end

  local listed = {}
  for i = firstPresent, lastPresent, 3 do
    setPresent(ARGV[i], ARGV[i + 1], ARGV[i + 2])
    listed[ARGV[i]] = true
  end
  if whole == 1 then
    for _, account in ipairs(call('HKEYS', online)) do
      if not listed[account] then setPresent(account, '', '') end
    end
  end
end
if pages == 0 then return finishRun(full, found, aways, {}) end

-- begin notes a session that an account begins here. It returns its id, and whether the account had none.
local function begin(account, name, session)
  sessions, changed = sessions + 1, true
  call('HINCRBY', me, 'sessions', 1)
  local online, words = onlinePrefix .. self, '\n' .. text(sessions) .. ' ' .. session
  local there = call('HGET', online, account)
  if there then
    local count, rest = string.match(there, '^(%d+)(.*)$')
    call('HSET', online, account, text(count + 1) .. rest .. words)
    return sessions, 0
  end
  local line = getPresence().come(self, account, name)
  call('HSET', online, account, '1 ' .. text(math.floor(at / 1000)) .. ' ' .. name .. words)
  heralds[#heralds + 1] = line
  return sessions, line and 1 or 0
end

-- tellExpired takes the count of expired messages.
local function tellExpired(account)
  local n = tonumber(call('HGET', expiredKey, account) or 0)
  if n > 0 then call('HDEL', expiredKey, account) end
  return n
end

-- read returns the part of an inbox that a page shows.
local function read(account, upto, after, limit)
  local inbox = inboxPrefix .. account
  expire(inbox, account)
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
  local ban = call('HGET', sanctionsPrefix .. '0', 'ban ' .. key)
  if not ban then return end
  local ending, account = string.match(ban, '^(%d+) (%d+)')
  if account == id and (ending == '0' or tonumber(ending) > at) then return ban end
end

-- refusalOfPassword checks the hash that the password was compared with. A guest has none.
local function refusalOfPassword(hash, compared)
  if not hash then return 'gone' end
  if hash ~= compared or hash == '' then return 'changed' end
end

-- refusalOfToken looks for a token that has not ended.
local function refusalOfToken(id, hash)
  local token = call('HGET', tokensPrefix .. id, hash)
  if not token or tonumber(string.match(token, '^%-?%d+')) <= at then return 'token' end
end

-- login returns the answer to a login that is refused, or nil, the account's id and its fields. A Redis without memory keeps the old hash of a
-- password, which is as good: the next login brings a new one again.
local function login(kind, account, hash, newHash)
  local id = account
  if kind == 'T' then id = call('HGET', namesKey, account) or '' end
  local fields = call('HMGET', accountPrefix .. id, 'key', 'name', 'hash', 'created', 'operator')
  local refusal
  if kind == 'T' then refusal = refusalOfToken(id, hash) elseif kind == 'E' then refusal = refusalOfPassword(fields[3], hash) end
  if refusal then return {refusal} end
  local ban = banned(id, fields[1])
  if ban then return {'banned', ban} end
  if newHash ~= '' then
    if call == preserving then preserve(accountPrefix .. id) end
    redis.pcall('HSET', accountPrefix .. id, 'hash', newHash)
  end
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

local function roomsOf(account, upto)
  local list, all = {}, call('HGETALL', memberPrefix .. account)
  for i = 1, #all, 2 do
    local fields = call('HGETALL', roomPrefix .. all[i])
    if #fields > 0 then
      local far = tonumber(string.match(all[i + 1], '(%d+)$'))
      list[#list + 1] = {all[i], all[i + 1], unread(all[i], far, upto), fields}
    end
  end
  return list
end

local answers = {}
for i = 1, pages do
  local a = firstPage + PAGE * (i - 1)
  local kind, id, upto = ARGV[a], fill(ARGV[a + 4], before), before + tonumber(ARGV[a + 1])
  local answer, fields
  if kind ~= 'F' then answer, id, fields = login(kind, id, ARGV[a + 5], ARGV[a + 6]) end
  if not answer then
    answer = read(id, upto, tonumber(ARGV[a + 2]), tonumber(ARGV[a + 3]))
    if fields then
      answer[5], answer[6], answer[7], answer[8] = tellExpired(id), fields, roomsOf(id, upto), call('HVALS', invitesPrefix .. id)
      answer[9], answer[10], answer[11] = 0, 0, call('HGET', awayKey, id) or false
      if ARGV[a + 7] ~= '' then answer[9], answer[10] = begin(id, fields[3], ARGV[a + 7]) end
    end
  end
  answers[i] = answer
end
return finishRun(full, found, aways, answers)

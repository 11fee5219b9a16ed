-- Makes a new store, or turns one of format 1, 2 or 3 into this one. It looks at everything and tries what it may do before it changes anything, so
-- that it does all or nothing.
-- KEYS: lease, state, names, rooms, expired, feed, looks, empty rooms. ARGV: format, the last number that is known, the time in
-- microseconds, what all keys begin with, the lobby's name
-- Reply: 'done', how many accounts and conversations were converted (from formats 3 to 5 no conversation is touched); or 'lease' (a server of an
-- older version runs)
local call = redis.call
local format, prefix, lobby = tonumber(ARGV[1]), ARGV[4], ARGV[5]
local state = call('HMGET', KEYS[2], 'format', 'last', 'names')
local found = tonumber(state[1] or 0)
if found >= format then return {'done', 0, 0} end
if call('EXISTS', KEYS[1]) == 1 then return {'lease'} end

-- From format 5: servers, of which there may be many, have told each other things in another form. Nothing is left of those who do not run any more.
if found == 5 then
  local time = call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  if #call('ZRANGEBYSCORE', prefix .. 'leases', now, '+inf') > 0 then return {'lease'} end
  local nodes = call('ZRANGE', prefix .. 'leases', 0, -1)
  call('HSET', KEYS[2], 'format', format, 'nodes', '')
  for _, node in ipairs(nodes) do
    call('DEL', prefix .. 'feed:' .. node, prefix .. 'read:' .. node, prefix .. 'online:' .. node, prefix .. 'listening:' .. node, prefix .. 'node:' .. node)
  end
  call('DEL', prefix .. 'leases', prefix .. 'nodes', prefix .. 'where', prefix .. 'here', prefix .. 'away')
  return {'done', call('HLEN', KEYS[3]), 0}
end

-- From formats 3 and 4: what is new is in keys of its own, and comes by itself.
if found == 3 or found == 4 then
  call('HSET', KEYS[2], 'format', format, 'version', state[3] or 0)
  call('HDEL', KEYS[2], 'served', 'names', 'changes', 'batch', 'shared', 'told', 'batch-changes', 'shared-changes')
  call('DEL', KEYS[6], prefix .. 'told')
  return {'done', call('HLEN', KEYS[3]), 0}
end

local function text(number) return string.format('%.0f', number) end

-- try does each of the commands that follow first on keys that mean nothing. The first one needs memory. It returns an error if one can't be done.
local function try()
  local one, two, three = prefix .. 'converting', prefix .. 'converted', prefix .. 'converting-too'
  for _, command in ipairs({{'HSET', one, 'x', 1}, {'HDEL', one, 'y'}, {'RENAME', one, two}, {'LTRIM', one, 0, 0}, {'SADD', three, 'x'}, {'DEL', one, two, three}}) do
    local tried = redis.pcall(unpack(command))
    if type(tried) == 'table' and tried.err then
      for _, key in ipairs({one, two}) do -- at least one of these is allowed
        redis.pcall('HDEL', key, 'x')
        redis.pcall('DEL', key)
      end
      redis.pcall('SREM', three, 'x')
      redis.pcall('DEL', three)
      return tried
    end
  end
end

-- finish writes what is the same whatever was there before.
local function finish(last)
  call('HSET', KEYS[2], 'format', format, 'last', text(last), 'version', tonumber(state[3] or 0) + 1)
  call('HDEL', KEYS[2], 'batch', 'told', 'names')
  call('DEL', KEYS[6]) -- its rows have another form
end

local function enterLobby(account, room, since, read)
  call('HSET', prefix .. 'member:' .. account, room, since .. ' 0 ' .. read)
  call('HSET', prefix .. 'members:' .. room, account, since .. ' 0')
end

local function makeLobby(room)
  call('HSET', KEYS[4], lobby, room)
  call('HSET', KEYS[7], lobby, room)
  local created = math.floor(tonumber(ARGV[3]) / 1000)
  call('HSET', prefix .. 'room:' .. room, 'name', lobby, 'key', lobby, 'look', lobby, 'topic', '', 'private', 0, 'quiet', 0, 'created', text(created))
end

local function addPair(a, b)
  call('SADD', prefix .. 'pairs:' .. a, b)
  call('SADD', prefix .. 'pairs:' .. b, a)
end

-- From format 2: there was only the lobby, and a membership was the number since when. Whoever was in the lobby has had everything there.
if found == 2 then
  local room, members, threads, ids = call('HGET', KEYS[4], lobby), {}, {}, {}
  for _, id in ipairs(call('HVALS', KEYS[3])) do
    members[#members + 1] = {id, call('HGET', prefix .. 'member:' .. id, room) or '0'}
    ids[id] = true
  end
  for _, list in ipairs(call('KEYS', prefix .. 'thread:*-*')) do
    local a, b = string.match(list, '(%d+)%-(%d+)$')
    threads[#threads + 1] = {a, b}
  end
  local failed = try()
  if failed then return failed end
  local last = math.max(tonumber(state[2] or 0), tonumber(ARGV[2]))
  finish(last)
  makeLobby(room)
  for _, member in ipairs(members) do enterLobby(member[1], room, member[2], text(last)) end
  for _, pair in ipairs(threads) do
    if ids[pair[1]] and ids[pair[2]] then addPair(pair[1], pair[2]) end
  end
  return {'done', #members, #threads}
end

-- Accounts get their ids in the order in which they were made.
local names = call('HGETALL', prefix .. 'accounts')
local accounts, byKey = {}, {}
for i = 1, #names, 2 do
  local created = call('HGET', prefix .. 'account:' .. names[i], 'created')
  if created then
    local account = {key = names[i], created = tonumber(created)}
    accounts[#accounts + 1] = account
    byKey[account.key] = account
  end
end
table.sort(accounts, function(a, b)
  if a.created ~= b.created then return a.created < b.created end
  return a.key < b.key
end)
local room = math.max(tonumber(state[2] or 0), tonumber(ARGV[2]), tonumber(ARGV[3])) + 1
for i, account in ipairs(accounts) do account.id = room + i end
local last = room + #accounts

-- before returns how many rows of a list are older than this time.
local function before(list, at)
  local n = 0
  local row = call('LINDEX', list, 0)
  while row and tonumber(string.match(row, '^%d+ (%-?%d+)')) < at do
    n = n + 1
    row = call('LINDEX', list, n)
  end
  return n
end

-- What a previous owner of a name said to somebody belongs to nobody now.
local moves, drops = {}, {}
for _, list in ipairs(call('KEYS', prefix .. 'conversation:*')) do
  local a, b = string.match(list, '^' .. prefix .. 'conversation:(%S+) (%S+)$')
  a, b = byKey[a], byKey[b]
  local old = a and b and before(list, math.max(a.created, b.created))
  if not old or old == call('LLEN', list) then
    drops[#drops + 1] = list
  else
    local thread = prefix .. 'thread:' .. text(math.min(a.id, b.id)) .. '-' .. text(math.max(a.id, b.id))
    moves[#moves + 1] = {from = list, to = thread, cut = old, a = text(a.id), b = text(b.id)}
  end
end
local conversations = #moves
for _, list in ipairs(call('KEYS', prefix .. 'inbox:*')) do
  local account = byKey[string.sub(list, #prefix + 7)]
  call('LLEN', list)
  if account then
    moves[#moves + 1] = {from = list, to = prefix .. 'inbox:' .. text(account.id), cut = 0}
  else
    drops[#drops + 1] = list
  end
end
if call('LLEN', prefix .. 'lobby') > 0 then
  moves[#moves + 1] = {from = prefix .. 'lobby', to = prefix .. 'thread:' .. text(room), cut = 0}
end
local expired = call('HGETALL', KEYS[5])
for _, key in ipairs(call('KEYS', prefix .. 'deleted*')) do drops[#drops + 1] = key end
drops[#drops + 1] = prefix .. 'accounts'
drops[#drops + 1] = prefix .. 'told'

local failed = try()
if failed then return failed end
finish(last)
call('DEL', KEYS[3], KEYS[4], KEYS[5])
makeLobby(text(room))
if #accounts == 0 then call('SADD', KEYS[8], text(room)) end
for _, account in ipairs(accounts) do
  local id = text(account.id)
  call('RENAME', prefix .. 'account:' .. account.key, prefix .. 'account:' .. id)
  call('HSET', prefix .. 'account:' .. id, 'key', account.key)
  call('HDEL', prefix .. 'account:' .. id, 'made', 'changed')
  call('HSET', KEYS[3], account.key, id)
  enterLobby(id, text(room), 0, text(last))
end
for i = 1, #expired, 2 do
  local account = byKey[expired[i]]
  if account then call('HSET', KEYS[5], text(account.id), expired[i + 1]) end
end
for _, move in ipairs(moves) do
  if move.cut > 0 then call('LTRIM', move.from, move.cut, -1) end
  call('RENAME', move.from, move.to)
  if move.a then addPair(move.a, move.b) end
end
for _, key in ipairs(drops) do call('DEL', key) end
return {'done', #accounts, conversations}

-- Does a batch: proofs, posts, pages.
-- KEYS: lease, state, accounts, expired, told, lobby, mark of a batch given up; for each private post the inbox and the conversation; for
--       each proof the inbox; for each page the inbox
-- ARGV: see the names below; then accounts to look up; for each private post whose recipient is one of these the place of the post and of the
--       account; for each proof a number; for each page account, after, limit; the private posts whose conversation's time to live
--       begins again; the rows of the private posts; the rows of the lobby
-- Reply: 'done', the refused private posts: place, verdict (0 no account, F inbox full), the names of the accounts that were looked up,
--        joined by blanks (empty: no account), the pages: each waiting, expired, rows
--        or why nothing was done: 'lease' (it is not ours), 'late' (given up), 'behind' (the numbers are used), 'names' (an account that
--        is thought to exist may be gone) and their version
local call = redis.call
local server, batch, cutoff = ARGV[1], ARGV[2], tonumber(ARGV[4])
local before = tonumber(ARGV[3]) -- the posts have greater numbers
local inboxLimit, lobbyLimit, conversationLimit = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local keep = tonumber(ARGV[8])
local version, inboxPrefix = ARGV[9], tonumber(ARGV[10]) -- of the accounts' names; the length of what an inbox's key begins with
local lookups, checks, proofs, posts = tonumber(ARGV[11]), tonumber(ARGV[12]), tonumber(ARGV[13]), tonumber(ARGV[14])
local pages, lasting, private = tonumber(ARGV[15]), tonumber(ARGV[16]), tonumber(ARGV[17])
local arg = 17 -- the last argument used
local CHUNK = 1000 -- arguments in a call

if call('GET', KEYS[1]) ~= server then return {'lease'} end
if call('EXISTS', KEYS[7]) == 1 then return {'late'} end
local state = call('HMGET', KEYS[2], 'last', 'names')
if tonumber(state[1] or 0) > before then return {'behind'} end
if (state[2] or '0') ~= version then return {'names', state[2] or '0'} end
-- First of all a write that is refused when memory is used up: afterwards Redis lets a script write on.
if posts > 0 then call('HSET', KEYS[2], 'last', before + posts, 'batch', batch) end

local function take(n)
  local first = arg + 1
  arg = arg + n
  return first
end

local names = {}
local first = take(lookups)
for i = 0, lookups - 1, CHUNK do
  local some = call('HMGET', KEYS[3], unpack(ARGV, first + i, first + math.min(i + CHUNK, lookups) - 1))
  for j = 1, #some do names[i + j] = some[j] or '' end
end
local nobody = {} -- private posts to nobody
first = take(2 * checks)
for i = first, arg, 2 do
  nobody[tonumber(ARGV[i])] = names[tonumber(ARGV[i + 1])] == ''
end

local NUMBER, AT = '^(%d+)', '^%d+ (%-?%d+)'

-- place returns how many rows of an inbox have a number up to this one.
local function place(key, count, number)
  if number == 0 then return 0 end
  local low, high = 0, count
  while low < high do
    local middle = math.floor((low + high) / 2)
    if tonumber(string.match(call('LINDEX', key, middle), NUMBER)) <= number then low = middle + 1 else high = middle end
  end
  return low
end

-- expire removes old rows from the head of an inbox and counts them.
local function expire(key)
  local n = 0
  local row = call('LINDEX', key, 0)
  while row and tonumber(string.match(row, AT)) < cutoff do
    n = n + 1
    row = call('LINDEX', key, n)
  end
  if n > 0 then
    call('LTRIM', key, n, -1)
    call('HINCRBY', KEYS[4], string.sub(key, inboxPrefix + 1), n)
  end
end

local inboxes = 7 + 2 * private -- keys in front of those of the proofs
first = take(proofs)
for i = 1, proofs do
  local key = KEYS[inboxes + i]
  local n = place(key, call('LLEN', key), tonumber(ARGV[first + i - 1]))
  if n > 0 then call('LTRIM', key, n, -1) end
end

local firstPage = take(3 * pages)
local firstLasting = take(lasting)

-- overfull reports whether an inbox is over its limit, after what is too old is gone.
local function overfull(inbox)
  expire(inbox)
  return call('LLEN', inbox) > inboxLimit
end

-- Histories grow a quarter over their limit before they are cut, so that few posts pay for it.
local function bound(key, length, limit)
  if length > limit * 1.25 + posts then call('LTRIM', key, -limit - posts, -1) end
end

local refused = {}
first = take(private)
for i = 1, private do
  local inbox, row = KEYS[6 + 2 * i], ARGV[first + i - 1]
  if nobody[i] then
    refused[#refused + 1] = {i, '0'}
  elseif call('RPUSH', inbox, row) > inboxLimit and overfull(inbox) then
    call('RPOP', inbox)
    refused[#refused + 1] = {i, 'F'}
  else
    local conversation = KEYS[7 + 2 * i]
    local length = call('RPUSH', conversation, row)
    bound(conversation, length, conversationLimit)
    if length == 1 and keep > 0 then call('PEXPIRE', conversation, keep) end
  end
end
for i = firstLasting, firstLasting + lasting - 1 do
  call('PEXPIRE', KEYS[7 + 2 * ARGV[i]], keep)
end

local length = 0
for i = arg + 1, #ARGV, CHUNK do
  length = call('RPUSH', KEYS[6], unpack(ARGV, i, math.min(i + CHUNK - 1, #ARGV)))
end
bound(KEYS[6], length, lobbyLimit)

-- tell takes the count of expired messages, and notes that this batch did.
local noted = false
local function tell(key)
  local n = tonumber(call('HGET', KEYS[4], key) or 0)
  if n > 0 then
    call('HDEL', KEYS[4], key)
    if not noted then
      noted = true
      call('DEL', KEYS[5])
      call('HSET', KEYS[2], 'told', batch)
    end
    call('HSET', KEYS[5], key, n)
  end
  return n
end

local answers = {}
inboxes = inboxes + proofs
for i = 1, pages do
  local a = firstPage + 3 * (i - 1)
  local account, after, limit = ARGV[a], tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2])
  local key = KEYS[inboxes + i]
  expire(key)
  local count = call('LLEN', key)
  local start = place(key, count, after)
  local expired = 0
  if after == 0 then expired = tell(account) end
  local some = {}
  if limit > 0 then some = call('LRANGE', key, start, start + limit - 1) end
  answers[i] = {count - start, expired, some}
end
return {'done', refused, table.concat(names, ' '), answers}

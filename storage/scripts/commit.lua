-- Does a batch: proofs, posts, pages.
-- KEYS: lease, state, accounts, expired, told, lobby, mark of a batch given up, then the inboxes of the accounts, then the conversations
-- ARGV: see the names below; then the accounts' keys; then for each proof account, number; for each page account, after, limit; the
--       conversations whose time to live begins again; for each private post its place among the posts, account, conversation, row;
--       and the lobby's rows. Accounts and conversations are given by their place.
-- Reply: 'done', the refused posts: place, verdict (0 no account, F inbox full), the accounts' names joined by blanks (empty: no account), the pages: each waiting, expired, rows
--        or why nothing was done: 'lease' (it is not ours), 'late' (given up), 'behind' (the numbers are used)
local call = redis.call
local server, batch, cutoff = ARGV[1], ARGV[2], tonumber(ARGV[4])
local before = tonumber(ARGV[3]) -- the posts have greater numbers
local inboxLimit, lobbyLimit, conversationLimit = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local keep = tonumber(ARGV[8])
local accounts, proofs, posts, pages = tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11]), tonumber(ARGV[12])
local lasting, private = tonumber(ARGV[13]), tonumber(ARGV[14])
local inboxes = 7
local conversations = inboxes + accounts
local arg = 14 -- the last argument used
local CHUNK = 1000 -- arguments in a call

if call('GET', KEYS[1]) ~= server then return {'lease'} end
if call('EXISTS', KEYS[7]) == 1 then return {'late'} end
if tonumber(call('HGET', KEYS[2], 'last') or 0) > before then return {'behind'} end
-- First of all a write that is refused when memory is used up: afterwards Redis lets a script write on.
if posts > 0 then call('HSET', KEYS[2], 'last', before + posts, 'batch', batch) end

local function take(n)
  local first = arg + 1
  arg = arg + n
  return first
end

local names = {} -- false where there is no account
local firstAccount = take(accounts)
for i = 0, accounts - 1, CHUNK do
  local some = call('HMGET', KEYS[3], unpack(ARGV, firstAccount + i, firstAccount + math.min(i + CHUNK, accounts) - 1))
  if i == 0 then names = some else for j = 1, #some do names[i + j] = some[j] end end
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
local function expire(account)
  local key, n = KEYS[inboxes + account], 0
  local row = call('LINDEX', key, 0)
  while row and tonumber(string.match(row, AT)) < cutoff do
    n = n + 1
    row = call('LINDEX', key, n)
  end
  if n > 0 then
    call('LTRIM', key, n, -1)
    call('HINCRBY', KEYS[4], ARGV[firstAccount + account - 1], n)
  end
end

local first = take(2 * proofs)
for i = first, arg, 2 do
  local key = KEYS[inboxes + ARGV[i]]
  local n = place(key, call('LLEN', key), tonumber(ARGV[i + 1]))
  if n > 0 then call('LTRIM', key, n, -1) end
end

local firstPage = take(3 * pages)
local firstLasting = take(lasting)

-- overfull reports whether an inbox is over its limit, after what is too old is gone.
local function overfull(account, key)
  expire(account)
  return call('LLEN', key) > inboxLimit
end

-- Histories grow a quarter over their limit before they are cut, so that few posts pay for it.
local function bound(key, length, limit)
  if length > limit * 1.25 + posts then call('LTRIM', key, -limit - posts, -1) end
end

local refused = {}
first = take(4 * private)
for i = first, arg, 4 do
  local account, row = tonumber(ARGV[i + 1]), ARGV[i + 3]
  local inbox = KEYS[inboxes + account]
  if not names[account] then
    refused[#refused + 1] = {ARGV[i], '0'}
  elseif call('RPUSH', inbox, row) > inboxLimit and overfull(account, inbox) then
    call('RPOP', inbox)
    refused[#refused + 1] = {ARGV[i], 'F'}
  else
    local conversation = KEYS[conversations + ARGV[i + 2]]
    local length = call('RPUSH', conversation, row)
    bound(conversation, length, conversationLimit)
    if length == 1 and keep > 0 then call('PEXPIRE', conversation, keep) end
  end
end
for i = firstLasting, firstLasting + lasting - 1 do
  call('PEXPIRE', KEYS[conversations + ARGV[i]], keep)
end

local length = 0
for i = arg + 1, #ARGV, CHUNK do
  length = call('RPUSH', KEYS[6], unpack(ARGV, i, math.min(i + CHUNK - 1, #ARGV)))
end
bound(KEYS[6], length, lobbyLimit)

-- tell takes the count of expired messages, and notes that this batch did.
local noted = false
local function tell(account)
  local key = ARGV[firstAccount + account - 1]
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
for i = firstPage, firstPage + 3 * pages - 1, 3 do
  local account, after, limit = tonumber(ARGV[i]), tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  local key = KEYS[inboxes + account]
  expire(account)
  local count = call('LLEN', key)
  local start = place(key, count, after)
  local expired = 0
  if after == 0 then expired = tell(account) end
  local some = {}
  if limit > 0 then some = call('LRANGE', key, start, start + limit - 1) end
  answers[#answers + 1] = {count - start, expired, some}
end
for i = 1, accounts do names[i] = names[i] or '' end
return {'done', refused, table.concat(names, ' '), answers}

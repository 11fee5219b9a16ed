-- Does a batch: proofs, posts, pages.
-- KEYS: lease, state, accounts, expired, told, lobby, mark of a batch given up, then the inboxes of the accounts, then the conversations
-- ARGV: see the names below; then the accounts' keys; then for each proof account, number; for each post account (0: the
--       lobby), conversation, row; for each page account, after, limit. Accounts and conversations are given by their place.
-- Reply: 'done', a letter for each post (+ kept, 0 no account, F inbox full), the accounts' names, the pages: each waiting, expired, rows
--        or why nothing was done: 'lease' (it is not ours), 'late' (given up), 'behind' (the numbers are used)
local call = redis.call
local server, batch, cutoff = ARGV[1], ARGV[2], tonumber(ARGV[4])
local before = tonumber(ARGV[3]) -- the posts have greater numbers
local inboxLimit, lobbyLimit, conversationLimit = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local keep = tonumber(ARGV[8])
local accounts, proofs, posts, pages = tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11]), tonumber(ARGV[12])
local inboxes = 7
local conversations = inboxes + accounts
local arg = 12 -- the last argument used
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

local names = {}
local firstAccount = take(accounts)
for i = 0, accounts - 1, CHUNK do
  local some = call('HMGET', KEYS[3], unpack(ARGV, firstAccount + i, firstAccount + math.min(i + CHUNK, accounts) - 1))
  for j = 1, #some do names[i + j] = some[j] or '' end
end

-- drop removes rows from the head of an inbox as long as the number that the pattern finds in them is below a limit.
local function drop(key, pattern, below)
  local n = 0
  local row = call('LINDEX', key, 0)
  while row and tonumber(string.match(row, pattern)) < below do
    n = n + 1
    row = call('LINDEX', key, n)
  end
  if n > 0 then call('LTRIM', key, n, -1) end
  return n
end
local NUMBER, AT = '^(%d+)', '^%d+ (%-?%d+)'

local function expire(account)
  local n = drop(KEYS[inboxes + account], AT, cutoff)
  if n > 0 then call('HINCRBY', KEYS[4], ARGV[firstAccount + account - 1], n) end
end

local first = take(2 * proofs)
for i = first, arg, 2 do
  drop(KEYS[inboxes + ARGV[i]], NUMBER, tonumber(ARGV[i + 1]) + 1)
end

local rows, touched = {}, {} -- rows to append by key, and those keys
local function append(key, row)
  if not rows[key] then
    rows[key] = {}
    touched[#touched + 1] = key
  end
  table.insert(rows[key], row)
end

local size = {} -- of inboxes, with what is to be appended
local function admit(account)
  if names[account] == '' then return '0' end
  local key = KEYS[inboxes + account]
  if not size[account] then
    size[account] = call('LLEN', key)
    if size[account] + posts > inboxLimit then
      expire(account)
      size[account] = call('LLEN', key)
    end
  end
  if size[account] >= inboxLimit then return 'F' end
  size[account] = size[account] + 1
  return '+'
end

local verdicts = {}
first = take(3 * posts)
for i = first, arg, 3 do
  local account, conversation, row = tonumber(ARGV[i]), tonumber(ARGV[i + 1]), ARGV[i + 2]
  local verdict = '+'
  if account == 0 then
    append(KEYS[6], row)
  else
    verdict = admit(account)
    if verdict == '+' then
      append(KEYS[inboxes + account], row)
      append(KEYS[conversations + conversation], row)
    end
  end
  verdicts[#verdicts + 1] = verdict
end

local length = {} -- of the lists appended to
for _, key in ipairs(touched) do
  local new = rows[key]
  for i = 1, #new, CHUNK do
    length[key] = call('RPUSH', key, unpack(new, i, math.min(i + CHUNK - 1, #new)))
  end
end

-- Histories grow a quarter over their limit before they are cut, so that few posts pay for it.
local function bound(key, limit)
  if length[key] and length[key] > limit * 1.25 + posts then call('LTRIM', key, -limit - posts, -1) end
end
bound(KEYS[6], lobbyLimit)
for i = conversations + 1, #KEYS do
  bound(KEYS[i], conversationLimit)
  if keep > 0 and length[KEYS[i]] then call('PEXPIRE', KEYS[i], keep) end
end

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
first = take(3 * pages)
for i = first, arg, 3 do
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
return {'done', table.concat(verdicts), names, answers}

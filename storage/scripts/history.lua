-- Returns whether there are older messages, and the newest ones of a list with numbers below a limit, oldest first. The list may hold more than
-- a history shows, since it is not cut with every message; those are left out.
-- KEYS: the list. ARGV: before, limit, oldest time to show, how many of the messages below which number a history shows
local before, limit, cutoff = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local shown, ending = tonumber(ARGV[4]), tonumber(ARGV[5])
local NUMBER, AT = '^(%d+)', '^%d+ (%-?%d+)'

-- search returns how many rows have a value below a limit; the values grow.
local function search(pattern, below)
  local low, high = 0, redis.call('LLEN', KEYS[1])
  while low < high do
    local middle = math.floor((low + high) / 2)
    if tonumber(string.match(redis.call('LINDEX', KEYS[1], middle), pattern)) < below then low = middle + 1 else high = middle end
  end
  return low
end

local stop = search(NUMBER, ending)
local from, to = math.max(search(AT, cutoff), stop - shown), stop
if before < ending then to = search(NUMBER, before) end
local start = math.max(from, to - limit)
if start >= to then return {to > from and 1 or 0, {}} end
return {start > from and 1 or 0, redis.call('LRANGE', KEYS[1], start, to - 1)}

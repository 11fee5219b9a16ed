-- search returns how many rows of a list have a value below a limit; the values grow.
local NUMBER, AT = '^(%d+)', '^%d+ (%-?%d+)'
local function search(list, pattern, below)
  local low, high = 0, redis.call('LLEN', list)
  while low < high do
    local middle = math.floor((low + high) / 2)
    if tonumber(string.match(redis.call('LINDEX', list, middle), pattern)) < below then low = middle + 1 else high = middle end
  end
  return low
end


-- shown returns how many rows of a list come before those that a history shows, and how many up to their end. The list may hold more, since it is
-- not cut with every message.
local function shown(list, ending, most, cutoff)
  local to = search(list, NUMBER, ending)
  return math.max(search(list, AT, cutoff), to - most), to
end

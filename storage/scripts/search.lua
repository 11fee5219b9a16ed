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


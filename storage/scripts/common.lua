local call = redis.call

-- text writes a number with all its digits; Lua would round it.
local function text(number) return string.format('%d', number) end

-- clock returns Redis' time in milliseconds.
local function clock()
  local time = call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end


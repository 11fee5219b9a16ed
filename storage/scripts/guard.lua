-- Stands in front of every script that changes the data. The script does nothing if the caller's knowledge is out of date.
-- KEYS: lease, state, mark of the operation if it was given up, feed
-- ARGV: server (empty: a shared store, which has no lease), operation, the last number that the server knows of,
--       the last one that it was given itself, the format that it understands
-- Reply, if nothing may be done: 'late' (given up), 'back' (the data are older than what the server has seen), 'lease' (it is not ours),
--       'behind' (somebody else took numbers), the last number and the feed
local call = redis.call
local server, operation = ARGV[1], ARGV[2]
local state = call('HMGET', KEYS[2], 'format', 'last', 'served', 'names', 'changes')
local last = tonumber(state[2] or 0)

local function refusal()
  if call('EXISTS', KEYS[3]) == 1 then return {'late'} end
  if state[1] ~= ARGV[5] then return {'back'} end
  if server == '' then return end
  local known = tonumber(ARGV[3])
  if last < known or tonumber(state[3] or 0) < tonumber(ARGV[4]) then return {'back'} end
  if call('GET', KEYS[1]) ~= server then return {'lease'} end
  if last > known then return {'behind', last, call('LRANGE', KEYS[4], 0, -1)} end
end
local refused = refusal()
if refused then return refused end

-- text writes a number with all its digits; Lua would round it.
local function text(number) return string.format('%.0f', number) end

-- give takes the next numbers, and sets further fields of the state.
local function give(count, ...)
  last = last + count
  if server == '' then
    call('HSET', KEYS[2], 'last', last, ...)
  else
    call('HSET', KEYS[2], 'last', last, 'served', last, ...)
  end
end

-- outdated returns a reply if what the caller remembers of names, accounts and rooms may be out of date. Changes is empty for a server, which makes
-- all of these itself, or is told by the version.
local function outdated(version, changes)
  local now = state[4] or '0'
  if now ~= version or (changes ~= '' and changes ~= (state[5] or '0')) then return {'names', now} end
end

-- changed notes that something was changed that the rules read, and returns how often that was done. A server does not know of it if a shared store
-- did it.
local function changed()
  if server == '' then call('HINCRBY', KEYS[2], 'names', 1) end
  return call('HINCRBY', KEYS[2], 'changes', 1)
end

-- announce puts an event on the feed for the server. What the server does itself need not be announced.
local function announce(number, event)
  if server ~= '' then return end
  call('RPUSH', KEYS[4], text(number) .. ' ' .. operation .. ' ' .. event)
  call('LTRIM', KEYS[4], -10000, -1)
end


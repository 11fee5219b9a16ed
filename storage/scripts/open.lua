-- Compares what Redis has with what the caller knows, and makes sure that no number comes again.
-- KEYS: lease, state, feed. ARGV: server (empty: a shared store, which has no lease), format, Redis' run_id, the last number that is known, the last one
-- that the server was given itself, the time in microseconds, 'start' when the server starts
-- Reply: 'open', the last number, the last one that was given to a server, the feed; or 'lease' (it is not ours), 'older', 'newer' (format)
local call = redis.call
local server, format, run, known, served = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local state = call('HMGET', KEYS[2], 'format', 'last', 'served', 'run')
local found = tonumber(state[1] or 0)
if found > format then return {'newer'} end
if found < format then return {'older'} end
if server ~= '' and call('GET', KEYS[1]) ~= server then return {'lease'} end
if ARGV[7] == 'start' then call('DEL', KEYS[3]) end -- its events are for sessions of a server that is gone

local last, hasServed = tonumber(state[2] or 0), tonumber(state[3] or 0)
if state[4] ~= run or last < known or hasServed < served then
  last = math.max(last, known, tonumber(ARGV[6]))
  call('HDEL', KEYS[2], 'batch') -- a write that is allowed when memory is used up, and after it the next one is
  call('HSET', KEYS[2], 'last', last, 'names', last, 'changes', last) -- names may be gone, too
  -- A shared store does not note that it has seen this run_id. It knows no numbers and its clock may be slow, so the server, when it
  -- comes, must go on from its own.
  if server ~= '' then call('HSET', KEYS[2], 'run', run) end
end
return {'open', last, hasServed, call('LRANGE', KEYS[3], 0, -1)}

-- Finds out whether a run that was not answered has done what it was asked for, and keeps it from happening later. ARGV: node, seq of the run, run_id
-- Reply: 'ran', the number before its first one, the session before its first one, its outcome, the step before it, lines of who has gone and of who
-- has come by it, and what is on the node's feed; or 'not', 1 if this Redis is another one than that which gave the last numbers
local node = nodePrefix .. ARGV[1]
local fields = call('HMGET', node, 'ran', 'void', 'lines')
local ran, base, begun, step, outcome = string.match(fields[1] or '', '^(%d+) (%d+) (%d+) (%d+) (.*)$')
call('DEL', neverKey) -- allowed when memory is used up, and after it the next write is
if ran == ARGV[2] then
  local seq, gone, come = string.match(fields[3] or '', '^(%d+)\n(.-)\n\n(.*)$')
  if seq ~= ARGV[2] then gone, come = '', '' end
  local entries = call('LRANGE', readPrefix .. ARGV[1], 0, -1)
  for _, entry in ipairs(call('LRANGE', feedPrefix .. ARGV[1], 0, -1)) do entries[#entries + 1] = entry end
  return {'ran', tonumber(base), tonumber(begun), outcome, tonumber(step), gone, come, entries}
end
if tonumber(fields[2] or 0) < tonumber(ARGV[2]) then call('HSET', node, 'void', ARGV[2]) end
if not call('ZSCORE', leasesKey, ARGV[1]) then call('PEXPIRE', node, 3600000) end -- it is no node, or not any more
return {'not', call('HGET', stateKey, 'run') == ARGV[3] and 0 or 1}

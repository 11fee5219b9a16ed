-- Makes a process one of the nodes. ARGV: node, format, lease in milliseconds, what it says of itself, the greatest ID of a session that it has seen
-- Reply: 'joined', the last number, the version, the last step; or 'format' and the one that there is, 'restoring'
local state = call('HMGET', stateKey, 'format', 'last', 'version', 'step', 'nodes', 'sessions')
if state[1] ~= ARGV[2] then
  local refusal = guarded(state[1])
  if refusal then return refusal end
end
local node = ARGV[1]
-- Redis has lost what it knew of sessions. Other nodes may have seen greater IDs.
if tonumber(state[6] or 0) < tonumber(ARGV[5]) then call('HSET', stateKey, 'sessions', tonumber(ARGV[5]) + 100000) end
call('HSET', nodesKey, node, ARGV[4])
call('HSET', nodePrefix .. node, 'seq', 0)
call('ZADD', leasesKey, clock() + ARGV[3], node)
call('HSET', stateKey, 'nodes', (state[5] and state[5] ~= '') and state[5] .. ' ' .. node or node)
return {'joined', tonumber(state[2] or 0), tonumber(state[3] or 0), tonumber(state[4] or 0)}

-- Begins a dump: from now on each script first copies what it changes. ARGV: the dump, the format, for how many milliseconds it lives unless it is renewed
-- Reply: 'begun', the last number, 1 if there is a lockdown; or 'format' and the one that there is, 'restoring', 'busy' (another dump is under way), 'left'
-- (another one has left copies), 'older' and the address of a server that would not copy
local state = call('HMGET', stateKey, 'format', 'last', 'lockdown', 'nodes')
if state[1] ~= ARGV[2] then
  local refusal, busy = guarded(state[1])
  if refusal then return refusal end
  if busy then return {'busy'} end
end
if call('EXISTS', dumpedKey) == 1 then return {'left'} end
for node in string.gmatch(state[4] or '', '%S+') do
  local said = cjson.decode(call('HGET', nodesKey, node) or '{}')
  if not said.Preserves and tonumber(call('ZSCORE', leasesKey, node) or 0) > clock() then return {'older', said.Address or node} end
end
call('SET', dumpKey, ARGV[1], 'PX', ARGV[3])
call('HSET', stateKey, 'format', guardedFormat)
return {'begun', tonumber(state[2] or 0), state[3] and 1 or 0}

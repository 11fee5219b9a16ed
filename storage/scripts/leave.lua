-- A node leaves in order: the others learn at once who has gone with it. ARGV: node
local state = call('HMGET', stateKey, 'last', 'version', 'step', 'nodes')
local others, known = nodesOf(state[4], ARGV[1])
if not known then return 0 end
local lines = {}
call('DEL', neverKey) -- allowed when memory is used up, and after it the next writes are
presenceOf({ARGV[1], unpack(others)}).bury(ARGV[1], lines)
if #lines > 0 and #others > 0 then
  local step = tonumber(state[3] or 0) + 1
  call('HSET', stateKey, 'step', step)
  local entry = text(step) .. ' ' .. (state[1] or 0) .. ' ' .. (state[2] or 0) .. ' \n' .. table.concat(lines, '\n')
  for _, node in ipairs(others) do tell(node, entry) end
end
return 1

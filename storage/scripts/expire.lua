-- Removes the messages that are too old from lists, which otherwise are cut only when something comes.
-- ARGV: the format, oldest time to keep, 'room' or 'account', then their ids
local cutoff = tonumber(ARGV[2])
local format = call('HGET', stateKey, 'format')
if format ~= ARGV[1] then
  local refusal, dumping = guarded(format)
  if refusal then return 0 end
  if dumping then call = preserving end
end

-- cut returns how many rows it has removed.
local function cut(list)
  local row = call('LINDEX', list, 0)
  if not row or tonumber(string.match(row, AT)) >= cutoff then return 0 end
  local n = search(list, AT, cutoff)
  call('LTRIM', list, n, -1)
  return n
end

-- cutPairs cuts the conversations of an account. One of which nothing is left is none any more.
local function cutPairs(account)
  for _, other in ipairs(call('SMEMBERS', pairsPrefix .. account)) do
    local first, second = account, other
    if tonumber(first) > tonumber(second) then first, second = second, first end
    local list = threadPrefix .. first .. '-' .. second
    cut(list)
    if call('EXISTS', list) == 0 then
      call('SREM', pairsPrefix .. account, other)
      call('SREM', pairsPrefix .. other, account)
    end
  end
end

for i = 4, #ARGV do
  local id = ARGV[i]
  if ARGV[3] == 'room' then
    cut(threadPrefix .. id)
  else
    local n = cut(inboxPrefix .. id)
    if n > 0 then call('HINCRBY', expiredKey, id, n) end
    cutPairs(id)
  end
end
return 0

-- Removes what an account has said from lists of messages.
-- KEYS: the lists. ARGV: the format, the account
-- Reply: how many rows were removed
local account, removed = ARGV[2], 0
local format = call('HGET', stateKey, 'format')
if format ~= ARGV[1] then
  local refusal, dumping = guarded(format)
  if refusal then return redis.error_reply('BUSY the store is restored') end
  if dumping then call = preserving end
end
for _, list in ipairs(KEYS) do
  local rows, kept = call('LRANGE', list, 0, -1), {}
  for _, row in ipairs(rows) do
    if string.match(row, '^%d+ %-?%d+ [^ ]*:(%d+) ') ~= account then kept[#kept + 1] = row end
  end
  if #kept < #rows then
    removed = removed + #rows - #kept
    local left = call('PTTL', list)
    call('DEL', list)
    for i = 1, #kept, 1000 do call('RPUSH', list, unpack(kept, i, math.min(i + 999, #kept))) end
    if left > 0 and #kept > 0 then call('PEXPIRE', list, left) end
  end
end
return removed

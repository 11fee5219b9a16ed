-- Does commands for a restore. ARGV: the restore; for each command how many words it has, and these. Reply: how many were done
if call('GET', restoreKey) ~= ARGV[1] then return redis.error_reply('LOST the restore is over') end
local at, count = 2, 0
while at <= #ARGV do
  local words = tonumber(ARGV[at])
  call(unpack(ARGV, at + 1, at + words))
  at, count = at + words + 1, count + 1
end
return count

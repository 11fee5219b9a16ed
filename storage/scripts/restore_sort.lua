-- Puts the messages of inboxes in order. ARGV: the restore; lists
if call('GET', restoreKey) ~= ARGV[1] then return redis.error_reply('LOST the restore is over') end
for i = 2, #ARGV do
  local rows = call('LRANGE', ARGV[i], 0, -1)
  local numbers = {}
  for _, row in ipairs(rows) do numbers[row] = tonumber(string.match(row, '^%d+')) end
  table.sort(rows, function(x, y) return numbers[x] < numbers[y] end)
  call('DEL', ARGV[i])
  for j = 1, #rows, 1000 do call('RPUSH', ARGV[i], unpack(rows, j, math.min(j + 999, #rows))) end
end
return 1

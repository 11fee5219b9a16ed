-- Reads keys of a store as it was at one moment. ARGV: the key of a lease and its name, what stands before all keys, the number of words of a command,
-- these but for the key, which is the second one; then keys. Reply: what the command returns for each
if call('GET', ARGV[1]) ~= ARGV[2] then return redis.error_reply('LOST it is over') end
local words, found = tonumber(ARGV[4]), {}
for i = words + 5, #ARGV do
  local key = ARGV[3] .. ARGV[i]
  if ARGV[1] == dumpKey and call('SISMEMBER', dumpedKey, key) == 1 then key = dumpedPrefix .. key end
  found[#found + 1] = call(ARGV[5], key, unpack(ARGV, 6, words + 4))
end
return found

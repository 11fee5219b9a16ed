-- Renews the lease, or takes it when nobody has it. KEYS: lease. ARGV: server, milliseconds. Reply: 'ours', 'taken' or 'held' by another
local holder = redis.call('GET', KEYS[1])
if holder == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return 'ours'
end
if holder then return 'held' end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 'taken'

-- Removes an account, and keeps it aside for a while. KEYS: accounts, account, inbox, expired, mark, account aside, inbox aside, state.
-- ARGV: operation, key, milliseconds to keep it aside. Reply: 'done', 'none', 'late'
if redis.call('EXISTS', KEYS[5]) == 1 then return 'late' end
if redis.call('EXISTS', KEYS[2]) == 0 then return 'none' end
redis.call('RENAME', KEYS[2], KEYS[6])
redis.call('PEXPIRE', KEYS[6], ARGV[3])
if redis.call('EXISTS', KEYS[3]) == 1 then
  redis.call('RENAME', KEYS[3], KEYS[7])
  redis.call('PEXPIRE', KEYS[7], ARGV[3])
end
redis.call('HDEL', KEYS[1], ARGV[2])
redis.call('HINCRBY', KEYS[8], 'names', 1)
redis.call('HDEL', KEYS[4], ARGV[2])
return 'done'

-- Replaces a password. KEYS: account, mark. ARGV: operation, old hash, new hash. Reply: 'done', 'none', 'changed', 'late'
if redis.call('EXISTS', KEYS[2]) == 1 then return 'late' end
local hash = redis.call('HGET', KEYS[1], 'hash')
if not hash then return 'none' end
if hash ~= ARGV[2] then return 'changed' end
redis.call('HSET', KEYS[1], 'hash', ARGV[3], 'changed', ARGV[1])
return 'done'

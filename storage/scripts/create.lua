-- Makes an account. KEYS: accounts, account, inbox, mark. ARGV: operation, key, name, hash, created. Reply: 'done', 'exists', 'late'
if redis.call('EXISTS', KEYS[4]) == 1 then return 'late' end
if redis.call('HEXISTS', KEYS[1], ARGV[2]) == 1 then return 'exists' end
redis.call('HSET', KEYS[2], 'name', ARGV[3], 'hash', ARGV[4], 'created', ARGV[5], 'made', ARGV[1])
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
return 'done'

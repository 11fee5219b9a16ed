-- Returns id, key, name, hash, time, operator and guest of an account, or nothing. KEYS: names. ARGV: account key, what the key of an account begins with
local id = redis.call('HGET', KEYS[1], ARGV[1])
if not id then return {} end
local fields = redis.call('HMGET', ARGV[2] .. id, 'key', 'name', 'hash', 'created', 'operator', 'guest')
return {id, fields[1], fields[2], fields[3], fields[4], fields[5], fields[6]}

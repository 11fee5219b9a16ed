-- While a store is dumped or restored its format is another one, so that only scripts go on that know of it. They begin with this.

local KEPT -- the keys that a dump reads; made only while there is one, since each run would have to pay for it
local READS -- the commands that change nothing; likewise
local COPIES = 86400000 -- milliseconds for which copies are kept if nobody removes them

-- preserve copies a key as it is at the moment of the dump under way, if no script has before.
local function preserve(key)
  if not KEPT[string.match(key, '^parley:([%l%-]+)')] or call('SADD', dumpedKey, key) == 0 then return end
  call('PEXPIRE', dumpedKey, COPIES)
  if call('COPY', key, dumpedPrefix .. key) == 1 then call('PEXPIRE', dumpedPrefix .. key, COPIES) end
end

-- preserving does what redis.call does, but preserves first what a command changes.
local function preserving(command, ...)
  if command == 'DEL' then
    for _, key in ipairs({...}) do preserve(key) end
  elseif not READS[command] then
    preserve((...))
  end
  return redis.call(command, ...)
end

-- guarded returns what forbids a script to go on that finds this format, and whether a dump is under way. One that has died is over.
local function guarded(found)
  if found ~= guardedFormat then return {'format', found or ''} end
  if call('HEXISTS', stateKey, 'restoring') == 1 then return {'restoring'} end
  KEPT = {account = true, member = true, pairs = true, invites = true, blocks = true, tokens = true, onces = true, room = true, sanctions = true,
    inbox = true, thread = true, expired = true}
  READS = {EXISTS = true, GET = true, HEXISTS = true, HGET = true, HGETALL = true, HKEYS = true, HLEN = true, HMGET = true, HVALS = true,
    LINDEX = true, LLEN = true, LRANGE = true, SMEMBERS = true, TIME = true, ZRANGEBYSCORE = true, ZSCORE = true}
  return nil, call('EXISTS', dumpKey) == 1
end


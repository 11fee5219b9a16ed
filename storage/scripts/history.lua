-- Returns whether a part of a list has more than a limit, and then its newest messages, or its oldest ones; oldest first. The list may hold more
-- than a history shows, since it is not cut with every message; those are left out.
-- KEYS: the list. ARGV: before, limit, oldest time to show, how many of the messages below which number a history shows, after,
-- 1 for the oldest ones of the part
local before, limit, cutoff = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local shown, ending, after, forward = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7] == '1'
local list = KEYS[1]

local to = search(list, NUMBER, ending)
local from = math.max(search(list, AT, cutoff), to - shown)
if before < ending then to = search(list, NUMBER, before) end
if after > 0 then from = math.max(from, search(list, NUMBER, after + 1)) end
if from >= to then return {0, {}} end
local more = to - from > limit and 1 or 0
if more == 1 and forward then to = from + limit elseif more == 1 then from = to - limit end
return {more, redis.call('LRANGE', list, from, to - 1)}

-- Returns whether a part of a history has more than a limit, and then its newest messages, or its oldest ones; oldest first.
-- KEYS: the list. ARGV: below which number how many messages are shown, oldest time to show, before, after, limit, 1 for the oldest ones of the part
local list, ending = KEYS[1], tonumber(ARGV[1])
local before, after, limit, forward = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7] == '1'

local from, to = shown(list, ending, tonumber(ARGV[2]), tonumber(ARGV[3]))
if before < ending then to = search(list, NUMBER, before) end
if after > 0 then from = math.max(from, search(list, NUMBER, after + 1)) end
if from >= to then return {0, {}} end
local more = to - from > limit and 1 or 0
if more == 1 and forward then to = from + limit elseif more == 1 then from = to - limit end
return {more, redis.call('LRANGE', list, from, to - 1)}

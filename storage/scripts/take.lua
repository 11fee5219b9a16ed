-- Takes one from what may be done of something: burst at once, and then one in each time. ARGV: what, burst, each in milliseconds
-- Reply: for how many milliseconds to wait; 0: it was taken
local key, burst, each, now = takenPrefix .. ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), clock()
local upto = math.max(tonumber(call('GET', key) or 0), now)
local wait = upto - now - (burst - 1) * each
if wait > 0 then return math.ceil(wait) end
call('SET', key, upto + each, 'PX', math.max(1, math.ceil(upto + each - now)))
return 0

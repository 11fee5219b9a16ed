-- Returns the number of the newest message of a history from before a time; 0: there is none.
-- KEYS: the list. ARGV: below which number how many messages are shown, oldest time to show, the time
local list = KEYS[1]
local from, to = shown(list, tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]))
local count = math.min(to, search(list, AT, tonumber(ARGV[4])))
if count <= from then return 0 end
return tonumber(string.match(redis.call('LINDEX', list, count - 1), NUMBER))

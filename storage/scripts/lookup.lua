-- Looks accounts and rooms up. KEYS: state, names, rooms. ARGV: what the keys of an account and of a room begin with, how many account keys and
-- how many room keys follow, these, and then ids of accounts
-- Reply: the version of the names, for each account key and room key id and name, for each id a name; what there is not is empty
local reply = {redis.call('HGET', KEYS[1], 'names') or '0'}
local function add(value) reply[#reply + 1] = value or '' end
local accounts, rooms = tonumber(ARGV[3]), tonumber(ARGV[4])
for i = 5, #ARGV do
  local index, prefix = KEYS[2], ARGV[1]
  if i > 4 + accounts then index, prefix = KEYS[3], ARGV[2] end
  if i > 4 + accounts + rooms then
    add(redis.call('HGET', ARGV[1] .. ARGV[i], 'name'))
  else
    local id = redis.call('HGET', index, ARGV[i])
    add(id)
    add(id and redis.call('HGET', prefix .. id, 'name'))
  end
end
return reply

-- Removes an account, and keeps it aside for a while. KEYS: those of guard.lua, names, expired, account, inbox, conversations,
-- and where these three are put aside. ARGV: those of guard.lua, id, milliseconds to keep it aside, the version of what is remembered and of what was
-- read, how many numbers and events for the server and commands, for each of these events the place of its number, and itself; the commands
-- Reply: 'done', the last number; 'gone'; or what guard.lua and outdated say
local key = call('HGET', KEYS[7], 'key')
if not key then return {'gone'} end
local refused = outdated(ARGV[8], ARGV[9])
if refused then return refused end
for i = 7, 9 do -- a write that is allowed when memory is used up, and after it the others are
  if call('EXISTS', KEYS[i]) == 1 then
    call('RENAME', KEYS[i], KEYS[i + 3])
    call('PEXPIRE', KEYS[i + 3], ARGV[7])
  end
end
call('HDEL', KEYS[5], key)
call('HDEL', KEYS[6], ARGV[6])
local before, told = last, tonumber(ARGV[11])
give(tonumber(ARGV[10]))
for i = 1, told do announce(before + tonumber(ARGV[11 + 2 * i]), ARGV[12 + 2 * i]) end
perform(13 + 2 * told, tonumber(ARGV[12]))
changed()
if server ~= '' then call('HINCRBY', KEYS[2], 'names', 1) end
return {'done', last}

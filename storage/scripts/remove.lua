-- Removes an account, and keeps it aside for a while. KEYS: those of guard.lua, names, expired, account, inbox, memberships,
-- and where these three are put aside. ARGV: those of guard.lua, id, milliseconds to keep it aside, time and kind of the event
-- Reply: 'done', number, name; 'gone'; or what guard.lua says
local fields = call('HMGET', KEYS[7], 'key', 'name')
if not fields[1] then return {'gone'} end
for i = 7, 9 do -- a write that is allowed when memory is used up, and after it the others are
  if call('EXISTS', KEYS[i]) == 1 then
    call('RENAME', KEYS[i], KEYS[i + 3])
    call('PEXPIRE', KEYS[i + 3], ARGV[7])
  end
end
call('HDEL', KEYS[5], fields[1])
call('HDEL', KEYS[6], ARGV[6])
call('HINCRBY', KEYS[2], 'names', 1)
give(1)
announce(ARGV[9], ARGV[8], ARGV[6], fields[2])
return {'done', last, fields[2]}

-- fill puts numbers in the place of '\1N\1', which stands for the Nth number of the run.
local function fill(word, before)
  if not string.find(word, '\1', 1, true) then return word end
  return (string.gsub(word, '\1(%d+)\1', function(n) return text(before + tonumber(n)) end))
end

-- perform does commands that are given as arguments from a place on: for each how many words it has, and these. It returns the next place.
local function perform(at, count, before, presence)
  local own = {} -- what is a command of ours, and not of Redis

  function own.enrol(room, account) presence.enrol(room, account, 1) end
  function own.expel(room, account) presence.enrol(room, account, -1) end
  function own.close(room) presence.close(room) end

  -- seen notes how far an account has had everything of a room, if another session has not got further, and it is still the same membership.
  function own.seen(account, room, since, read)
    local now = call('HGET', memberPrefix .. account, room)
    if not now then return end
    local begun, role, far = string.match(now, '^(%d+) (%d+) ?(%d*)')
    if begun == since and (tonumber(far) or 0) < tonumber(read) then
      call('HSET', memberPrefix .. account, room, begun .. ' ' .. role .. ' ' .. read)
    end
  end

  -- role gives a member another role. How far it has had everything stays, as another node may know better.
  function own.role(account, room, since, role)
    local now = call('HGET', memberPrefix .. account, room)
    local begun, _, far = string.match(now or '', '^(%d+) (%d+) ?(%d*)')
    if begun ~= since then return end
    call('HSET', memberPrefix .. account, room, begun .. ' ' .. role .. ' ' .. far)
    call('HSET', membersPrefix .. room, account, begun .. ' ' .. role)
  end

  -- away notes what an account says, if it is online.
  function own.away(account, words)
    if call('HEXISTS', whereKey, account) == 1 then call('HSET', awayKey, account, words) end
  end

  -- forget removes the key of a message, unless it was used again meanwhile.
  function own.forget(account, key, at)
    local value = call('HGET', oncesPrefix .. account, key)
    if value and tonumber(string.match(value, '^%-?%d+')) <= tonumber(at) then
      call('HDEL', oncesPrefix .. account, key)
      call('ZREM', oncesAtKey, account .. ' ' .. key)
    end
  end

  for _ = 1, count do
    local words = tonumber(ARGV[at])
    local command = {}
    for i = 1, words do command[i] = fill(ARGV[at + i], before) end
    local name = string.match(command[1], '^@(%l+)$')
    if name then own[name](unpack(command, 2)) else call(unpack(command)) end
    at = at + words + 1
  end
  return at
end


-- Who is here, on which node. NODE is a node's id, without what its keys begin with.

-- nodesOf returns the nodes that there are, in the order in which they came, without one of them, and whether that is among them.
local function nodesOf(list, self)
  local others, known = {}, false
  for node in string.gmatch(list or '', '%S+') do
    if node == self then known = true else others[#others + 1] = node end
  end
  return others, known
end

-- presenceOf makes the functions that change who is here. Nodes are all of them. In most runs nobody comes or goes.
local function presenceOf(nodes)
  local presence = {}

  -- put notes on which nodes an account is online.
  local function put(account, on)
    if #on == 0 then call('HDEL', whereKey, account) else call('HSET', whereKey, account, table.concat(on, ' ')) end
  end

  -- add changes a count. None is kept that is 0.
  local function add(counts, field, by)
    if call('HINCRBY', counts, field, by) <= 0 then call('HDEL', counts, field) end
  end

  -- come notes that an account is online on a node, where it was not. It returns a line for the feeds if it was on no other node.
  function presence.come(node, account, name)
    local all, on = call('HGETALL', memberPrefix .. account), nodesOf(call('HGET', whereKey, account), node)
    local first, rooms = #on == 0, {}
    on[#on + 1] = node
    put(account, on)
    for i = 1, #all, 2 do
      local room = all[i]
      add(listeningPrefix .. node, room, 1)
      if first then add(hereKey, room, 1) end
      rooms[#rooms + 1] = room .. ':' .. (string.match(all[i + 1], '^%d+ (%d+)') or '0')
    end
    if not first then return end
    return 'H ' .. account .. ' ' .. name .. ' ' .. table.concat(rooms, ',') .. ' ' .. call('HEXISTS', accountPrefix .. account, 'guest')
  end

  -- go notes that it is not any more, for a reason. It returns a line for the feeds if it is on no other node, either; told are the rooms to be told,
  -- if it was in others until now.
  function presence.go(node, account, value, reason, told)
    local rooms, on = call('HKEYS', memberPrefix .. account), nodesOf(call('HGET', whereKey, account), node)
    local last = #on == 0
    put(account, on)
    for _, room in ipairs(rooms) do
      add(listeningPrefix .. node, room, -1)
      if last then add(hereKey, room, -1) end
    end
    if not last then return end
    call('HDEL', awayKey, account)
    return 'G ' .. account .. ' ' .. string.match(value, '^%S+ %S+ (%S+)') .. ' ' .. table.concat(told or rooms, ',') .. ' ' .. reason
  end

  -- enrol notes that an account is a member of a room now, or (-1) no longer.
  function presence.enrol(room, account, by)
    local on = nodesOf(call('HGET', whereKey, account))
    for _, node in ipairs(on) do add(listeningPrefix .. node, room, by) end
    if #on > 0 then add(hereKey, room, by) end
  end

  -- close forgets who is in a room that is removed.
  function presence.close(room)
    for _, node in ipairs(nodes) do call('HDEL', listeningPrefix .. node, room) end
    call('HDEL', hereKey, room)
  end

  -- bury removes a node, and adds lines for the feeds to a list.
  function presence.bury(node, lines)
    local online = onlinePrefix .. node
    local all = call('HGETALL', online)
    for i = 1, #all, 2 do lines[#lines + 1] = presence.go(node, all[i], all[i + 1], '') end
    call('DEL', feedPrefix .. node, readPrefix .. node, online, listeningPrefix .. node)
    call('ZREM', leasesKey, node)
    call('HDEL', nodesKey, node)
    call('HSET', nodePrefix .. node, 'buried', 1)
    call('PEXPIRE', nodePrefix .. node, 3600000)
    for i, one in ipairs(nodes) do
      if one == node then table.remove(nodes, i) break end
    end
    call('HSET', stateKey, 'nodes', table.concat(nodes, ' '))
  end

  return presence
end

-- tell puts something on the feed of a node, and rings its bell if it was empty. It returns how much is there.
local function tell(node, entry)
  local length = call('RPUSH', feedPrefix .. node, entry)
  if length == 1 then call('PUBLISH', bellPrefix .. string.match(node, '^[^.]+'), '') end
  return length
end


-- retract takes the events of an operation off the feed, as far as they are still there.
local function retract(feed, operation)
  for _, row in ipairs(redis.call('LRANGE', feed, 0, -1)) do
    if string.match(row, '^%S+ (%S+)') == operation then redis.call('LREM', feed, 1, row) end
  end
end


-- perform does commands that are given as arguments from a place on: for each how many words it has, and these. It returns the next place.
local function perform(at, count)
  for _ = 1, count do
    local words = tonumber(ARGV[at])
    redis.call(unpack(ARGV, at + 1, at + words))
    at = at + words + 1
  end
  return at
end


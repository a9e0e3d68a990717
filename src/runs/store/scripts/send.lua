-- A message only makes something faster: whoever misses it reads the record. So none stops a script, which Redis would leave
-- half-way: not where its user may not publish any more, either.

-- Sharded channels where Redis has them (from 7 on): in a cluster, other messages go to all nodes.
local is_sharded = redis.REDIS_VERSION_NUM ~= nil

-- Returns how many heard it; nil where that is not known, since it could not be sent.
local function send(channel, message)
  local heard = redis.pcall(is_sharded and 'SPUBLISH' or 'PUBLISH', channel, message)
  return type(heard) == 'number' and heard or nil
end

-- Tells something to an API process. Returns whether it heard it; true, where Redis cannot tell (before version 7, another
-- node may have heard it).
local function tell(api, message)
  local sharded = redis.REDIS_VERSION_NUM ~= nil
  local receivers = redis.call(sharded and 'SPUBLISH' or 'PUBLISH', key.news(api), message)
  return receivers > 0 or not sharded
end

-- Tells something to the API processes that listen to a run. `listeners`: the field `live` of its record.
local function tell_listeners(listeners, message)
  for api in string.gmatch(listeners, '[^,]+') do tell(api, message) end
end

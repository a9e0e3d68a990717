-- Tells something to the API processes that listen to a run. `listeners`: the field `live` of its record.
-- Returns a list of those that heard it; all, where Redis cannot tell (before version 7, another node may have heard it).
local function tell_listeners(listeners, message)
  local sharded = redis.REDIS_VERSION_NUM ~= nil
  local heard = {}
  for api in string.gmatch(listeners, '[^,]+') do
    local receivers = redis.call(sharded and 'SPUBLISH' or 'PUBLISH', key.news(api), message)
    if receivers > 0 or not sharded then heard[#heard + 1] = api end
  end
  return heard
end

-- Tells something to an API process. Returns whether it heard it; true, where Redis cannot tell (before version 7, another
-- node may have heard it) or the message could not be sent.
local function tell(api, message)
  local heard = send(key.news(api), message)
  return heard == nil or heard > 0 or not is_sharded
end

-- Tells something to the API processes that listen to a run. `listeners`: the field `live` of its record.
local function tell_listeners(listeners, message)
  for api in string.gmatch(listeners, '[^,]+') do tell(api, message) end
end

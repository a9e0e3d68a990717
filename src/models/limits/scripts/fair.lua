-- Turns of projects at a scope whose limits are used up. What a project was let through is counted in minutes' worth of
-- the limit that it uses most of (dominant resource fairness; Ghodsi et al., 2011), as a time of its own that runs on with
-- what it uses (start-time fair queueing; Goyal et al., 1996). Who is ahead of another project that asks leaves a small
-- part of each bucket to it. So no part of a limit is left unused: what nobody takes fills up to where all may use it.

-- What a project that is ahead leaves of each bucket.
local LEFT_TO_OTHERS = 0.05
-- A project that did not ask for so long is forgotten.
local ACTIVE_MS = 5000
-- Nobody is further behind than so many minutes' worth, and two of the largest calls: what was not used long ago is not
-- made up for.
local MOST_BEHIND = 0.02
local LARGEST_FADES = 0.95
-- Who was refused a place asks again within so long.
local STARVING_MS = 1500
local MOST_FORGOTTEN = 100

local function forget_idle(scope)
  local asked = key.asked(scope)
  local idle = call('ZRANGEBYSCORE', asked, '-inf', now, 'LIMIT', '0', MOST_FORGOTTEN)
  if #idle == 0 then return end
  call('ZREM', asked, unpack(idle))
  call('ZREM', key.shares(scope), unpack(idle))
  for _, project in ipairs(idle) do
    call('HDEL', key.levels, scope .. '|blocked:' .. project, scope .. '|blocked.batch:' .. project)
  end
end

-- A project that is ahead of many others is told to wait for the turns of all of them, and so does not ask in vain.
local MOST_TURNS = 10
local function turns_of_others(scope)
  return math.max(1, math.min(MOST_TURNS, call('ZCARD', key.asked(scope)) - 1))
end

-- Notes that a project asks. Returns how far it is ahead of the one that is furthest behind, in minutes' worth.
local function ahead_of_others(scope, project)
  forget_idle(scope.name)
  local shares = key.shares(scope.name)
  call('ZADD', key.asked(scope.name), now + ACTIVE_MS, project)
  local own = tonumber(call('ZSCORE', shares, project))
  local first, last = call('ZRANGE', shares, '0', '0', 'WITHSCORES'), call('ZREVRANGE', shares, '0', '0', 'WITHSCORES')
  local least = math.max(tonumber(first[2] or '0'), tonumber(last[2] or '0') - MOST_BEHIND - 2 * scope.largest)
  -- Who comes anew begins with the one that is furthest behind.
  if not own or own < least then
    own = least
    call('ZADD', shares, string.format('%.9f', own), project)
  end
  return own - least
end

local function count_share(scope, project, minutes)
  if minutes ~= 0 then call('ZINCRBY', key.shares(scope), string.format('%.9f', minutes), project) end
end

-- The project that the next place of a scope is for: of those that wait for one, the one that has the fewest; '' when it
-- is not known.
local function next_for_place(scope)
  local least, found = math.huge, ''
  for _, project in ipairs(call('ZRANGEBYSCORE', key.starving(scope), now - STARVING_MS, '+inf', 'LIMIT', '0', '20')) do
    local own = tonumber(call('HGET', key.levels, scope .. '|in:' .. project) or '0')
    if own < least then least, found = own, project end
  end
  return found
end

-- True when another project waits for a place of the scope and has fewer than this one.
local function must_leave_place(scope, project)
  local others = call('ZRANGEBYSCORE', key.starving(scope), now - STARVING_MS, '+inf', 'LIMIT', '0', '20')
  if #others == 0 then return false end
  local own = tonumber(call('HGET', key.levels, scope .. '|in:' .. project) or '0')
  for _, other in ipairs(others) do
    if other ~= project and tonumber(call('HGET', key.levels, scope .. '|in:' .. other) or '0') < own then return true end
  end
  return false
end

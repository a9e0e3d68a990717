-- Counts a run under all policies that are about it, or under none of them. Time is Redis' own.
-- ARGV: run id ('' only reads), when the run ends at the latest in ms from now, then for each policy: name, runs a minute,
--   tokens a minute, runs in flight, each '' for none.
-- Returns {1 or 0, after how many ms to try again, then for each limit a list: policy, its number among the three, limit,
--   what is left, ms until nothing of it is used, 1 when it refuses the run}.
local call = redis.call
local id, lasts = ARGV[1], tonumber(ARGV[2])
local clock = call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local MINUTE, PLACE_MS = 60000, 1000
-- What was used beyond a limit is paid off over time, however long that takes; this is for projects that are gone.
local KEPT_MS = 40 * 86400000

local policies, reply, wait, refused = {}, { 1, 0 }, 0, false

local function show(name, unit, limit, left, reset, lacking_ms)
  if lacking_ms then
    refused = true
    wait = math.max(wait, lacking_ms)
  end
  reply[#reply + 1] = { name, unit, limit, string.format('%.3f', left), math.ceil(reset), lacking_ms and 1 or 0 }
end

for at = 3, #ARGV, 4 do
  local policy = {
    name = ARGV[at], requests = tonumber(ARGV[at + 1]), tokens = tonumber(ARGV[at + 2]), runs = tonumber(ARGV[at + 3]),
  }
  local name = policy.name
  local found = call('HMGET', key.limit_levels, name .. '|at', name .. '|requests', name .. '|tokens')
  local passed = now - tonumber(found[1] or now)
  if passed < 0 then
    -- The clock was set back, or is another machine's by now: buckets fill from here on.
    passed = 0
    call('HSET', key.limit_levels, name .. '|at', now)
  end
  -- Left by a process that did not know yet that this is no limit any more: it would not be paid off.
  policy.left_over = { not policy.requests and found[2] and 'requests', not policy.tokens and found[3] and 'tokens' }
  local function refilled(level, limit) return math.min(limit, tonumber(level or limit) + passed * limit / MINUTE) end
  if policy.requests then
    local limit = policy.requests
    policy.requests_left = refilled(found[2], limit)
    local lacking = policy.requests_left < 1 and math.ceil((1 - policy.requests_left) * MINUTE / limit) or nil
    show(name, 0, limit, policy.requests_left, (limit - policy.requests_left) * MINUTE / limit, lacking)
  end
  if policy.tokens then
    local limit = policy.tokens
    policy.tokens_left = refilled(found[3], limit)
    local lacking = policy.tokens_left <= 0 and math.ceil((1 - policy.tokens_left) * MINUTE / limit) or nil
    show(name, 1, limit, policy.tokens_left, (limit - policy.tokens_left) * MINUTE / limit, lacking)
  end
  if policy.runs then
    call('ZREMRANGEBYSCORE', key.limited_runs(name), '-inf', now)
    policy.left = policy.runs - call('ZCARD', key.limited_runs(name))
    show(name, 2, policy.runs, policy.left, 0, policy.left < 1 and PLACE_MS or nil)
  end
  policies[#policies + 1] = policy
end

if refused then
  reply[1], reply[2] = 0, wait
  return reply
end
if id == '' then return reply end
for _, policy in ipairs(policies) do
  local name = policy.name
  local values = { name .. '|at', now }
  if policy.requests then
    values[#values + 1] = name .. '|requests'
    values[#values + 1] = string.format('%.6f', policy.requests_left - 1)
  end
  if policy.tokens then
    values[#values + 1] = name .. '|tokens'
    values[#values + 1] = string.format('%.6f', policy.tokens_left)
  end
  call('HSET', key.limit_levels, unpack(values))
  for _, unit in pairs(policy.left_over) do
    if unit then call('HDEL', key.limit_levels, name .. '|' .. unit) end
  end
  if policy.runs then
    call('ZADD', key.limited_runs(name), now + lasts, id)
    -- Those that are there may last longer than this one.
    local last = call('ZRANGE', key.limited_runs(name), '-1', '-1', 'WITHSCORES')[2]
    call('PEXPIREAT', key.limited_runs(name), string.format('%.0f', last + MINUTE))
  end
end
call('PEXPIRE', key.limit_levels, KEPT_MS)
for at = 3, #reply do
  local row = reply[at]
  if row[2] ~= 1 then row[4] = string.format('%.3f', row[4] - 1) end
end
return reply

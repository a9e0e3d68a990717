-- Ends a lease, once: what it reserved becomes what the call really used. A level may fall below 0: that is a debt.
-- ARGV: lease, input and output tokens that were used ('': as reserved), how long the server asked to wait in ms (0: it
--   did not), then for each dimension what the server says is left of it, then its limit ('': it says nothing), then
--   the scopes; what the server says is of the first one.
-- Returns {0}; or {1, project} when somebody waits for a place: the project that it is for, '' when it is not known.
local input, output, pause = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local used = { 1, input and input + output, input, output }
local reserved = drop_hold(ARGV[1])
local wanted, for_project = 0, ''
for index, dimension in ipairs(DIMENSIONS) do
  local said = ARGV[8 + index]
  if said ~= '' then call('HSET', key.levels, ARGV[13] .. '|limit:' .. dimension, said) end
end
for at, scope in ipairs(read_scopes(13)) do
  local amounts = (reserved or {})[scope.name]
  local reserved_share, used_share = 0, 0
  for index, dimension in ipairs(DIMENSIONS) do
    local level = scope.levels[dimension]
    if level then
      if amounts and used[index] then
        level = level + amounts[index] - used[index]
        reserved_share = math.max(reserved_share, amounts[index] / scope.limits[dimension])
        used_share = math.max(used_share, used[index] / scope.limits[dimension])
      end
      local left = at == 1 and tonumber(ARGV[4 + index])
      if left then level = math.min(level, left) end
      scope.levels[dimension] = math.min(level, capacity_of(scope.limits[dimension]))
    end
  end
  write_levels(scope)
  if amounts and amounts.project and call('ZSCORE', key.shares(scope.name), amounts.project) then
    count_share(scope.name, amounts.project, used_share - reserved_share)
  end
  if amounts and used[2] and amounts[2] + amounts[3] + amounts[4] > 0 then
    call('HINCRBYFLOAT', key.levels, scope.name .. '|tokens-reserved', math.max(amounts[2], amounts[3] + amounts[4]))
    call('HINCRBY', key.levels, scope.name .. '|tokens-used', string.format('%.0f', used[2]))
  end
  if at == 1 and pause > 0 and now + pause > scope.paused then
    call('HSET', key.levels, scope.name .. '|paused', now + pause)
    call('PEXPIRE', key.levels, FORGOTTEN_MS + pause)
  end
  if reserved and scope.wanted > now then
    wanted = 1
    if for_project == '' then for_project = next_for_place(scope.name) end
  end
end
return { wanted, for_project }

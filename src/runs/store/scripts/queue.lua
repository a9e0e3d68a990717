-- What of a project waits and runs in this shard. ARGV: project, most running runs to look at, ids of models.
-- Returns {queued, running, id of the oldest queued run or '', how many worker processes listen (-1: Redis does not say),
--   then for each model {with a job, in the backlog}, and at last a list of the models of the running runs, each followed
--   by how many}.
local project = ARGV[1]
local oldest = redis.call('ZRANGE', key.runs_in(project, 'queued'), 0, 0)[1] or ''
local counted = redis.pcall('PUBSUB', redis.REDIS_VERSION_NUM and 'SHARDNUMSUB' or 'NUMSUB', key.cancels)
local reply = {
  redis.call('ZCARD', key.runs_in(project, 'queued')),
  redis.call('ZCARD', key.runs_in(project, 'running')),
  oldest,
  counted.err and -1 or counted[2],
}
for at = 3, #ARGV do
  reply[#reply + 1] = {
    tonumber(redis.call('HGET', key.enqueued_counts, project .. ':' .. ARGV[at]) or '0'),
    redis.call('ZCARD', key.backlog(project, ARGV[at])),
  }
end
local by_model, running = {}, {}
for _, id in ipairs(redis.call('ZRANGE', key.runs_in(project, 'running'), 0, ARGV[2] - 1)) do
  local model = redis.call('HGET', key.run(id), 'model') or ''
  by_model[model] = (by_model[model] or 0) + 1
end
for model, count in pairs(by_model) do
  running[#running + 1] = model
  running[#running + 1] = count
end
reply[#reply + 1] = running
return reply

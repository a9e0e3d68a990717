-- Removes the capacities of workers that no longer announce any, and counts of projects that have no queued runs.
-- Each call looks at some of them, at random. ARGV: how many.
for _, worker in ipairs(redis.call('ZRANDMEMBER', key.capacities, ARGV[1])) do
  if redis.call('EXISTS', key.dispatched(worker)) == 0 then redis.call('ZREM', key.capacities, worker) end
end
for _, project in ipairs(redis.call('HRANDFIELD', key.queued_bytes, ARGV[1])) do
  if redis.call('EXISTS', key.runs_in(project, 'queued')) == 0 then redis.call('HDEL', key.queued_bytes, project) end
end

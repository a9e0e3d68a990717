-- Makes a job for each run that should have one and has none: the job was removed from the queue, or completed by a
-- worker that is not Splitrun's. A run whose record has an unknown format is left as it is. Runs that have ended or have no record are removed from the indexes. ARGV: run ids.
-- Returns how many jobs were made.
local restored = 0
for at = 1, #ARGV do
  local id = ARGV[at]
  local found = call('HMGET', key.run(id), 'status', 'request', 'model', 'format')
  local status = found[1]
  if not is_known_format(found[4]) then
    -- A process that knows the format restores it.
  elseif status ~= 'queued' and status ~= 'running' then
    for _, index in ipairs({ key.enqueued, key.deferred, key.running, key.expiring }) do call('ZREM', index, id) end
  elseif not is_job_alive(id) then
    call('UNLINK', key.job(id), key.lock(id))
    if call('ZREM', key.deferred, id) == 1 then
      enqueue(string.match(found[2], '"project":"([^"]*)"'), found[3] or '', { id })
    else
      make_job(id)
      call('LPUSH', key.wait, id)
      if not is_restricted() then wake_worker() end
    end
    restored = restored + 1
  end
end
return restored

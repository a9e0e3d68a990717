-- Makes the jobs of deferred runs due: what they waited for is there. ARGV: run ids. Returns how many were deferred.
local woken = 0
for _, id in ipairs(ARGV) do
  if call('HGET', key.run(id), 'status') == 'queued' and call('ZREM', key.delayed, id) == 1 then
    call('HSET', key.job(id), 'delay', '0')
    call('RPUSH', key.wait, id)
    woken = woken + 1
  end
end
if woken > 0 and not is_restricted() then wake_worker() end
return woken

-- Extends leases that have not ended. ARGV: how long they last from now in ms, leases.
for at = 2, #ARGV do call('ZADD', key.leases, 'XX', now + ARGV[1], ARGV[at]) end
return 1

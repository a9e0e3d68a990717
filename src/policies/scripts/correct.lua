-- Sets right what is spent of a budget in a period. ARGV: field of the sums; what was read of it, or 'any'; by how much that is
-- too little.
-- Returns 1; 0, and changes nothing, where it is not any more what was read.
if ARGV[2] ~= 'any' and (call('HGET', key.budget_sums, ARGV[1]) or '0') ~= ARGV[2] then return 0 end
call('HINCRBY', key.budget_sums, ARGV[1], ARGV[3])
call('PEXPIRE', key.budget_sums, KEPT_MS)
return 1

-- Forgets what is kept. ARGV: for each its task and its hash.
for at = 1, #ARGV, 2 do
  call('UNLINK', key.result(ARGV[at], ARGV[at + 1]))
  forget(ARGV[at] .. ':' .. ARGV[at + 1])
end
return 1

-- Renews the lease of a dump or a restore, or ends it. ARGV: its key, its name, milliseconds; 0: it ends. Reply: 1, or 0 if it is over
if call('GET', ARGV[1]) ~= ARGV[2] then return 0 end
return call('PEXPIRE', ARGV[1], ARGV[3])

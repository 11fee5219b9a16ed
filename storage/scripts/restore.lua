-- Begins to put what was loaded in the place of the store: the nodes are given up, and until the end no script changes anything.
-- ARGV: the restore, the format. Reply: 'begun'; or 'lost', 'busy' (a dump is under way)
if call('GET', restoreKey) ~= ARGV[1] then return {'lost'} end
if call('EXISTS', dumpKey) == 1 then return {'busy'} end
for node in string.gmatch(call('HGET', stateKey, 'nodes') or '', '%S+') do
  call('HSET', nodePrefix .. node, 'buried', 'restored')
  call('PEXPIRE', nodePrefix .. node, 3600000)
end
call('HSET', stateKey, 'format', guardedFormat, 'restoring', 1, 'nodes', '')
return {'begun'}

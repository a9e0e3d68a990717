-- Writes the record of a project whose id was given, or a claim of that id, unless another organisation has it or has claimed it.
-- KEYS: the record. ARGV: id of the organisation; the record as JSON, or the name of the claim; for a claim, in how many
--   ms it expires.
-- Returns 0: another organisation has it; 1: it is there already, of this one; 2: it is written.
local found = redis.call('GET', KEYS[1])
local claims = ''
if found then
  local record = cjson.decode(found)
  if record.org_id ~= ARGV[1] then return 0 end
  if not record.claim then return 1 end
  claims = record.claim .. ' '
end
if ARGV[3] then
  redis.call('SET', KEYS[1], cjson.encode({ org_id = ARGV[1], claim = claims .. ARGV[2] }), 'PX', ARGV[3])
else
  redis.call('SET', KEYS[1], ARGV[2])
end
return 2

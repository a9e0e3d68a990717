-- Writes the record of a project whose id was given, unless another organisation has that id, or has claimed it.
-- KEYS: the record. ARGV: id of the organisation; the record as JSON; for a claim, in how many ms it expires.
-- Returns 0: another organisation has it; 1: it is there already, of this one; 2: it is written.
local found = redis.call('GET', KEYS[1])
if found then
  local record = cjson.decode(found)
  if record.org_id ~= ARGV[1] then return 0 end
  if not record.claim then return 1 end
end
redis.call('SET', KEYS[1], ARGV[2], unpack(ARGV[3] and { 'PX', ARGV[3] } or {}))
return 2

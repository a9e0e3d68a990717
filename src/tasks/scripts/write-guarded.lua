-- Writes many things of one project in one step, if all that they were planned on is still as it was.
-- KEYS: any key of the project, which names the slot of all. ARGV: guards, then writes, both as JSON: a list of
-- commands, each a list of strings; the last string of a guard is the reply expected, a list of replies joined by
-- spaces, and '' for none. Returns 1, or 0 when a guard failed and nothing was written.
local function flatten(reply)
  if not reply then return '' end
  if type(reply) == 'table' then return table.concat(reply, ' ') end
  return tostring(reply)
end
for _, guard in ipairs(cjson.decode(ARGV[1])) do
  local expected = table.remove(guard)
  if flatten(redis.call(unpack(guard))) ~= expected then return 0 end
end
for _, command in ipairs(cjson.decode(ARGV[2])) do redis.call(unpack(command)) end
return 1

-- Creates or changes a task, and adds a revision if there is a new one, in one step.
-- ARGV: task id, name, task as JSON, version expected ('0' to create), id of the new revision ('' for none), the
--   new revision as JSON, most revisions, alias ('' for none of its own), the change of weights as JSON ('' for none),
--   most changes that are kept.
-- Returns the new version, or 'name' or 'alias' (another task has it), 'version' (changed meanwhile), 'exists',
--   'revisions' (too many).
local id, name, revision = ARGV[1], ARGV[2], ARGV[5]
local version = call('HGET', key.task(id), 'version') or '0'
if version ~= ARGV[4] then return ARGV[4] == '0' and 'exists' or 'version' end
local owner = call('HGET', key.names, name)
if owner and owner ~= id then return 'name' end
local alias = ARGV[8]
if alias ~= '' and (call('HGET', key.aliases, alias) or id) ~= id then return 'alias' end
if revision ~= '' then
  if call('ZCARD', key.revisions(id)) >= tonumber(ARGV[7]) then return 'revisions' end
  add_revision(id, revision, ARGV[6])
end
if ARGV[9] ~= '' then add_change(id, ARGV[9], ARGV[10]) end
return put_task(id, name, alias, ARGV[3])

-- Creates or changes a task, and adds a revision if there is a new one, in one step. Where there is no room for a change
-- without a revision, the oldest changes in the history of the task's weights make room: a task can always be steered.
-- ARGV: task id, name, task as JSON, version expected ('0' to create), id of the new revision ('' for none), the
--   new revision as JSON, most revisions, alias ('' for none of its own), the change of weights as JSON ('' for none),
--   most changes that are kept, most tasks, most bytes of all tasks, 'any' to pass also where these are too many.
-- Returns the new version, or 'name' or 'alias' (another task has it), 'version' (changed meanwhile), 'exists',
--   'revisions' or 'tasks' (too many), 'bytes' (no room), 'uncounted' (see is_counted).
local id, name, revision = ARGV[1], ARGV[2], ARGV[5]
local version = call('HGET', key.task(id), 'version') or '0'
if version ~= ARGV[4] then return ARGV[4] == '0' and 'exists' or 'version' end
local owner = call('HGET', key.names, name)
if owner and owner ~= id then return 'name' end
local alias = ARGV[8]
if alias ~= '' and (call('HGET', key.aliases, alias) or id) ~= id then return 'alias' end
if revision ~= '' and call('ZCARD', key.revisions(id)) >= tonumber(ARGV[7]) then return 'revisions' end
if not is_counted() then return 'uncounted' end
if version == '0' and call('ZCARD', key.tasks) >= tonumber(ARGV[11]) then return 'tasks' end

local change, most_changes = ARGV[9], tonumber(ARGV[10])
local kept = call('LLEN', key.traffic_history(id))
if change ~= '' then kept = math.min(kept, most_changes - 1) end
local revisions = revision ~= '' and { { json = ARGV[6] } } or {}
local over = growth(id, ARGV[3], revisions, change, most_changes) - math.max(0, ARGV[12] - size_of_all())
while over > 0 and kept > 0 and revision == '' do
  over = over - size_of_change(call('LINDEX', key.traffic_history(id), kept - 1))
  kept = kept - 1
end
if over > 0 and ARGV[13] ~= 'any' then return 'bytes' end

local saved = put_task(id, name, alias, ARGV[3])
trim_history(id, kept)
if change ~= '' then add_change(id, change, most_changes) end
if revision ~= '' then add_revision(id, revision, ARGV[6]) end
return saved

-- Functions of all scripts that write tasks, revisions and tags. KEYS[1] is the prefix of the project's keys.
local call = redis.call

-- So many bytes are counted for each task, revision, change of weights and tag on one of them, beside its JSON.
local THING = 300
-- After so many seconds all is counted anew.
local COUNTED_FOR = 86400

-- What a change of weights is counted with: small ones alike, so that an import takes no more than what was exported.
local function size_of_change(json) return THING + math.max(THING, #json) end

-- Whether the sizes of all tasks are known; see `taskSizes`. Where there are sizes of more tasks than exist, a process of
-- an earlier version has deleted some: then all are counted anew.
local function is_counted()
  local tasks, sizes = call('ZCARD', key.tasks), call('HLEN', key.task_sizes)
  if tasks == 0 or sizes > tasks + 1 then call('DEL', key.task_sizes) end
  return tasks == 0 or sizes == tasks + 1
end

-- What all tasks take, once they are counted.
local function size_of_all() return tonumber(call('HGET', key.task_sizes, 'all') or 0) end

-- Begins the size of a task.
local function begin_size(task, bytes)
  local is_first = call('EXISTS', key.task_sizes) == 0
  call('HSET', key.task_sizes, task, bytes)
  call('HINCRBY', key.task_sizes, 'all', bytes)
  if is_first then call('EXPIRE', key.task_sizes, COUNTED_FOR) end
end

-- Changes the size of a task that is counted already.
local function resize(task, bytes)
  if call('HEXISTS', key.task_sizes, task) == 0 then return end
  call('HINCRBY', key.task_sizes, task, bytes)
  call('HINCRBY', key.task_sizes, 'all', bytes)
end

-- By how much a task will grow. `revisions`: those that it will have more, with their `json`. `change` of weights: '' for
-- none; `most` of them are kept.
local function growth(task, json, revisions, change, most)
  local bytes = #json - call('HSTRLEN', key.task(task), 'task')
  if call('EXISTS', key.task(task)) == 0 then bytes = bytes + THING end
  for _, revision in ipairs(revisions) do bytes = bytes + THING + #revision.json end
  if change == '' then return bytes end
  for _, dropped in ipairs(call('LRANGE', key.traffic_history(task), most - 1, -1)) do
    bytes = bytes - size_of_change(dropped)
  end
  return bytes + size_of_change(change)
end

-- Creates or changes a task; its alias is '' for none of its own. Returns its new version.
local function put_task(id, name, alias, json)
  local before = call('HMGET', key.task(id), 'name', 'alias')
  if before[1] and before[1] ~= name then call('HDEL', key.names, before[1]) end
  call('HSET', key.names, name, id)
  if before[2] and before[2] ~= alias then
    call('HDEL', key.aliases, before[2])
    call('HDEL', key.task(id), 'alias')
  end
  if alias ~= '' then
    call('HSET', key.aliases, alias, id)
    call('HSET', key.task(id), 'alias', alias)
  end
  if call('ZADD', key.tasks, 0, id) == 1 then begin_size(id, THING) end
  resize(id, #json - call('HSTRLEN', key.task(id), 'task'))
  call('HSET', key.task(id), 'task', json, 'name', name)
  return call('HINCRBY', key.task(id), 'version', 1)
end

local function add_revision(task, id, json)
  call('SET', key.revision(id), json)
  call('ZADD', key.revisions(task), 0, id)
  call('HDEL', key.deleted_revisions, id)
  call('ZREM', key.deletions, id)
  resize(task, THING + #json)
end

-- Keeps the newest `most` changes of a task's weights.
local function trim_history(task, most)
  for _, dropped in ipairs(call('LRANGE', key.traffic_history(task), most, -1)) do
    resize(task, -size_of_change(dropped))
    call('RPOP', key.traffic_history(task))
  end
end

-- Adds a change of weights to a task's history, of which the newest `most` are kept.
local function add_change(task, json, most)
  trim_history(task, most - 1)
  call('LPUSH', key.traffic_history(task), json)
  resize(task, size_of_change(json))
end

local function put_tag(kind, id, name, json)
  call('HSET', key.tags(kind), id, json)
  call('HSET', key.tag_names(kind), name, id)
end

-- A tag's JSON without its parent. Neither its name nor its times contain quotes.
local function without_parent(json) return (json:gsub('"parent_id":"[%x%-]+"', '"parent_id":null', 1)) end

local function add_tag(task, entity, tag)
  call('ZADD', key.tagged_entities(tag), 0, task .. '/' .. entity)
  if call('ZADD', key.tagging(task), 0, entity .. '/' .. tag) == 1 then resize(task, THING) end
end

local function untag(task, entity, tag)
  call('ZREM', key.tagged_entities(tag), task .. '/' .. entity)
  if call('ZREM', key.tagging(task), entity .. '/' .. tag) == 1 then resize(task, -THING) end
end

local function split_pair(pair) return pair:sub(1, 36), pair:sub(38) end

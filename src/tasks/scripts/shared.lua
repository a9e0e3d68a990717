-- Functions of all scripts that write tasks, revisions and tags. KEYS[1] is the prefix of the project's keys.
local call = redis.call

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
  call('ZADD', key.tasks, 0, id)
  call('HSET', key.task(id), 'task', json, 'name', name)
  return call('HINCRBY', key.task(id), 'version', 1)
end

local function add_revision(task, id, json)
  call('SET', key.revision(id), json)
  call('ZADD', key.revisions(task), 0, id)
  call('HDEL', key.deleted_revisions, id)
end

-- Adds a change of weights to a task's history, of which the newest `most` are kept.
local function add_change(task, json, most)
  call('LPUSH', key.traffic_history(task), json)
  call('LTRIM', key.traffic_history(task), 0, most - 1)
end

local function put_tag(kind, id, name, json)
  call('HSET', key.tags(kind), id, json)
  call('HSET', key.tag_names(kind), name, id)
end

-- A tag's JSON without its parent. Neither its name nor its times contain quotes.
local function without_parent(json) return (json:gsub('"parent_id":"[%x%-]+"', '"parent_id":null', 1)) end

local function add_tag(task, entity, tag)
  call('ZADD', key.tagged_entities(tag), 0, task .. '/' .. entity)
  call('ZADD', key.tagging(task), 0, entity .. '/' .. tag)
end

local function untag(task, entity, tag)
  call('ZREM', key.tagged_entities(tag), task .. '/' .. entity)
  call('ZREM', key.tagging(task), entity .. '/' .. tag)
end

local function split_pair(pair) return pair:sub(1, 36), pair:sub(38) end

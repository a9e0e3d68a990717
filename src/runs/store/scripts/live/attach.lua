-- Makes an API process listen to a run, and reads the run's text from an offset on, in one step: nothing that is said is
-- missed or comes twice. A process that listens already stays so, and reads on.
-- ARGV: run id, the process, epoch and offset in bytes from which on the text is wanted, most bytes to read.
-- Returns nil when the run has no record; else status, head of the text ('' when the run has none), offset of the piece,
-- the piece, and the offset of the text's end. The offset is 0 for another epoch than the text's, and where no character
-- begins at the one that was asked for.
local run, live = key.run(ARGV[1]), key.live(ARGV[1])
local api, epoch, wanted, most = ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])

local found = redis.call('HMGET', run, 'status', 'watchers', 'live')
local status = found[1]
if not status then return nil end

local function add_to(field, names)
  if string.find(names or '', api, 1, true) then return end
  redis.call('HSET', run, field, (names or '') == '' and api or (names .. ',' .. api))
end

if status == 'queued' or status == 'running' then
  add_to('watchers', found[2])
  add_to('live', found[3])
end

-- Of a model's name some 200 characters, of up to four bytes each, and what is before it.
local HEAD_MAX = 1024
local head = string.match(redis.call('GETRANGE', live, 0, HEAD_MAX), '^([^\n]*)\n')
if not head then return { status, '', 0, '', 0 } end

-- The bytes of a character after its first one.
local function continues(byte) return byte ~= nil and byte >= 128 and byte < 192 end

local function read(offset)
  local start = #head + 1 + offset
  -- One byte more, which shows whether a character goes on behind the piece.
  local piece = redis.call('GETRANGE', live, start, start + most)
  if #piece <= most then return piece end
  local last = most
  while last > 1 and continues(string.byte(piece, last + 1)) do last = last - 1 end
  return string.sub(piece, 1, last)
end

local size = redis.call('STRLEN', live) - #head - 1
local is_same = string.match(head, '^%S+') == epoch
-- The end of a run tells the rest of a text: who has seen that is further than what is kept.
if is_same and wanted > size and status ~= 'queued' and status ~= 'running' then return { status, head, size, '', size } end
local offset = (is_same and wanted <= size) and wanted or 0
local piece = read(offset)
if offset > 0 and continues(string.byte(piece, 1)) then
  offset = 0
  piece = read(0)
end
return { status, head, offset, piece, size }

/**
 * Admission of one kind of execution (design §2.5): deficit round robin over environments, where every execution costs one and every
 * turn is worth one, under a cap per environment and a number of slots overall. Nothing here grows with the backlog.
 *
 * Keys under KEYS[1], all rebuildable from the ledger:
 * `:queue:<env>` list of waiting ids · `:ring` list of environments whose turn comes, `:ringed` the same as a set ·
 * `:env` hash id → environment of all that wait or run · `:running` sorted set id → admitted at · `:busy` hash environment → running ·
 * `:data` hash id → job data of executions that have no row.
 *
 * ARGV: operation, slots, cap per environment, then what the operation takes. The time is that of Redis: processes may disagree. Each answers
 * `{number, number, id, env, data, …}`: two results of its own and whom it admitted.
 */
export const ADMISSION_LUA = `
local base, operation = KEYS[1], ARGV[1]
local slots, cap = tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ring, ringed, envs = base .. ':ring', base .. ':ringed', base .. ':env'
local running, busy, data = base .. ':running', base .. ':busy', base .. ':data'
local function queue(env) return base .. ':queue:' .. env end
local function runs(env) return tonumber(redis.call('HGET', busy, env) or '0') end

local function take_turns(env)
  if runs(env) < cap and redis.call('LLEN', queue(env)) > 0 and redis.call('SADD', ringed, env) == 1 then
    redis.call('RPUSH', ring, env)
  end
end

local function start(id, env)
  redis.call('ZADD', running, now, id)
  redis.call('HINCRBY', busy, env, 1)
end

-- The next of an environment that still wants to run: cancelled ids stay in the list and are skipped here.
local function next_of(env)
  while true do
    local id = redis.call('LPOP', queue(env))
    if not id then return nil end
    if redis.call('HEXISTS', envs, id) == 1 and not redis.call('ZSCORE', running, id) then return id end
  end
end

local function admit(answer)
  local free = slots - redis.call('ZCARD', running)
  while free > 0 do
    local env = redis.call('LPOP', ring)
    if not env then break end
    redis.call('SREM', ringed, env)
    local id = runs(env) < cap and next_of(env)
    if id then
      start(id, env)
      free = free - 1
      answer[#answer + 1] = id
      answer[#answer + 1] = env
      answer[#answer + 1] = redis.call('HGET', data, id) or ''
      take_turns(env)
    end
  end
  return answer
end

local function leave(id)
  local env = redis.call('HGET', envs, id)
  if not env then return end
  redis.call('HDEL', envs, id)
  redis.call('HDEL', data, id)
  if redis.call('ZREM', running, id) == 1 and redis.call('HINCRBY', busy, env, -1) <= 0 then redis.call('HDEL', busy, env) end
  take_turns(env)
end

local operations = {}

-- most that may wait in an environment (0: any number), then id, environment, data of each. Answers how many were refused.
function operations.offer()
  local most, refused = tonumber(ARGV[4]), 0
  for at = 5, #ARGV, 3 do
    local id, env, payload = ARGV[at], ARGV[at + 1], ARGV[at + 2]
    if redis.call('HEXISTS', envs, id) == 0 then
      if most > 0 and redis.call('LLEN', queue(env)) >= most then
        refused = refused + 1
      else
        redis.call('HSET', envs, id, env)
        if payload ~= '' then redis.call('HSET', data, id, payload) end
        redis.call('RPUSH', queue(env), id)
        take_turns(env)
      end
    end
  end
  return admit({refused, 0})
end

-- id and environment of executions that run, whatever is known of them.
function operations.adopt()
  for at = 4, #ARGV, 2 do
    local id, env = ARGV[at], ARGV[at + 1]
    if not redis.call('ZSCORE', running, id) then
      redis.call('HSET', envs, id, env)
      start(id, env)
    end
  end
  return admit({0, 0})
end

function operations.release()
  leave(ARGV[4])
  return admit({0, 0})
end

-- id, settled key, its seconds, reply channel or '', message, outcome key or '', its seconds. Answers whether this was the first time, and how many heard.
function operations.settle()
  leave(ARGV[4])
  local first = redis.call('SET', ARGV[5], '1', 'NX', 'EX', ARGV[6])
  local heard = 0
  if first and ARGV[7] ~= '' then
    if ARGV[9] ~= '' then redis.call('SET', ARGV[9], ARGV[8], 'EX', ARGV[10]) end
    heard = redis.call('PUBLISH', ARGV[7], ARGV[8])
  end
  return admit({first and 1 or 0, heard})
end

function operations.pump()
  return admit({0, 0})
end

return operations[operation]()
`;

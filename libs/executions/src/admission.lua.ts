/**
 * Admission of one kind of execution (design §2.5): deficit round robin over environments, where every execution costs one and a turn is
 * worth the environment's weight, under a cap per environment, a cap per connection and a number of slots overall. Slots that nobody
 * else wants go to whoever does. Nothing here grows with the backlog.
 *
 * Work without a row is added to the stream KEYS[2] as it is admitted (ADR 20). Keys under KEYS[1], all rebuildable from the ledger:
 * `:queue:<env>` list of ids whose connection may run them · `:gone` hash environment → how many of them have ended since ·
 * `:ring` list of environments whose turn comes, `:ringed` the same as a set · `:credit` hash environment → what is left of its turn ·
 * `:env` hash id → `environment`, `environment/connection` where that is counted, `environment/connection/` where it is held back,
 * `environment/connection/-` where it is not counted, as connections had no limit when it came ·
 * `:running` sorted set id → admitted at · `:busy` hash environment → running · `:data` hash id → job data of what has no row ·
 * `:live` hash connection → running or in the queue · `:held:<connection>` list of ids that are held back,
 * `:holding:<env>` set of such connections, `:held` hash environment → how many · `:limits` hash environment → `cap weight connection
 * queue`, each `-` where the environment has none of its own · `:accepting:<env>` sorted set of ids that are being accepted → until when.
 *
 * ARGV: operation, slots, more of them for environments below their share, cap per environment, cap per connection
 * (0: none), then what the operation takes. The time is that of Redis: processes may disagree. Each answers `{number, number, id, env,
 * …}`: two results of its own and what it admitted of work that has a row.
 */
export const ADMISSION_LUA = `
local base, operation = KEYS[1], ARGV[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local slots, headroom, default_cap, default_connection = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local ring, ringed, credit, envs = base .. ':ring', base .. ':ringed', base .. ':credit', base .. ':env'
local running, busy, data, gone = base .. ':running', base .. ':busy', base .. ':data', base .. ':gone'
local live, held, limits = base .. ':live', base .. ':held', base .. ':limits'
-- Of a connection that lost its limit, so many that were held back join the queue at a time.
local JOINS_AT_ONCE = 100
-- Of what was in line when its connection got a limit, so many are held back at a time.
local SIFTED_AT_ONCE = 1000
local function queue(env) return base .. ':queue:' .. env end
local function held_of(connection) return held .. ':' .. connection end
local function holding(env) return base .. ':holding:' .. env end
local function accepting(env) return base .. ':accepting:' .. env end
local function count(hash, field) return tonumber(redis.call('HGET', hash, field) or '0') end
local function lower(hash, field)
  if redis.call('HINCRBY', hash, field, -1) <= 0 then redis.call('HDEL', hash, field) end
end

local known = {}
local function limits_of(env)
  if not known[env] then
    local own = redis.call('HGET', limits, env)
    local cap, weight, connection, most = string.match(own or '- - - -', '^(%S+) (%S+) (%S+) (%S+)$')
    known[env] = {
      cap = tonumber(cap) or default_cap, weight = tonumber(weight) or 1,
      connection = tonumber(connection) or default_connection, most = tonumber(most),
    }
  end
  return known[env]
end

local used = nil
local function taken()
  used = used or redis.call('ZCARD', running)
  return used
end

local function start(id, env)
  redis.call('ZADD', running, now, id)
  redis.call('HINCRBY', busy, env, 1)
  used = taken() + 1
end

-- Work that has no row goes to a worker by itself, the rest by a job of whoever is told. What nobody took for an hour nobody waits for.
local function give(answer, id, env, payload)
  start(id, env)
  if payload ~= '' then
    redis.call('XADD', KEYS[2], 'MINID', '~', string.format('%.0f', now - 3600000), '*', 'job', payload)
    return
  end
  answer[#answer + 1] = id
  answer[#answer + 1] = env
end

local function wants(env)
  return redis.call('LLEN', queue(env)) > 0 and count(busy, env) < limits_of(env).cap
end

local function take_turns(env)
  if wants(env) and redis.call('SADD', ringed, env) == 1 then redis.call('RPUSH', ring, env) end
end

local function running_of(env, connection)
  local number = 0
  for _, id in ipairs(redis.call('ZRANGE', running, 0, -1)) do
    if redis.call('HGET', envs, id) == env .. '/' .. connection then number = number + 1 end
  end
  return number
end

-- Held back: behind those that are so already, or before them where it came earlier.
local firsts = {}
local function hold(id, env, connection, is_earlier)
  local list = held_of(connection)
  redis.call('HSET', envs, id, env .. '/' .. connection .. '/')
  if is_earlier and firsts[connection] == nil then firsts[connection] = redis.call('LINDEX', list, 0) end
  if is_earlier and firsts[connection] then
    redis.call('LINSERT', list, 'BEFORE', firsts[connection], id)
  else
    redis.call('RPUSH', list, id)
  end
  redis.call('SADD', holding(env), connection)
  redis.call('HINCRBY', held, env, 1)
end

-- Whether the limit of its connection, which may have come or changed after it, lets one run that is first in line; if not, it is held back.
local function may_run(id, env, mark)
  local limit = limits_of(env).connection
  if limit == 0 then return true end
  local connection, kind = string.match(mark, '^[^/]+/([^/]+)(/?-?)$')
  if not connection then return true end
  local alive = count(live, connection)
  if kind == '/-' then
    if alive < limit then
      redis.call('HINCRBY', live, connection, 1)
      redis.call('HSET', envs, id, env .. '/' .. connection)
      return true
    end
    hold(id, env, connection, false)
    return false
  end
  if alive <= limit or running_of(env, connection) < limit then return true end
  lower(live, connection)
  hold(id, env, connection, true)
  return false
end

-- The next of an environment that still wants to run, and may: ids of what has ended stay in the list and are skipped here.
local sifted, unsifted = 0, {}
local function next_of(env)
  while true do
    if sifted >= SIFTED_AT_ONCE and limits_of(env).connection > 0 then
      unsifted[env] = true
      return nil
    end
    local id = redis.call('LPOP', queue(env))
    if not id then
      redis.call('HDEL', gone, env)
      return nil
    end
    local mark = redis.call('HGET', envs, id)
    if not mark or redis.call('ZSCORE', running, id) then
      lower(gone, env)
    elseif may_run(id, env, mark) then
      return id
    else
      sifted = sifted + 1
    end
  end
end

local function admit_next(answer, env)
  local id = count(busy, env) < limits_of(env).cap and next_of(env)
  if id then give(answer, id, env, redis.call('HGET', data, id) or '') end
  return id
end

-- An environment whose turn is not over stays at the head.
local function turn(answer, env)
  local has_run, weight, left = admit_next(answer, env), limits_of(env).weight, 0
  if has_run and weight > 1 then left = (tonumber(redis.call('HGET', credit, env)) or weight) - 1 end
  local goes_on = (has_run or unsifted[env]) and wants(env)
  if goes_on and left > 0 then
    redis.call('HSET', credit, env, left)
    redis.call('LPUSH', ring, env)
    return
  end
  if weight > 1 then redis.call('HDEL', credit, env) end
  if goes_on then redis.call('RPUSH', ring, env) else redis.call('SREM', ringed, env) end
end

local function admit(answer)
  local later = {}
  while taken() < slots do
    local env = redis.call('LPOP', ring)
    if not env then break end
    if unsifted[env] then later[#later + 1] = env else turn(answer, env) end
  end
  for _, env in ipairs(later) do redis.call('RPUSH', ring, env) end
  return answer
end

-- Where others hold every slot, an environment that has less than its share need not wait for one of theirs to end.
local function admit_below_share(answer, env)
  if headroom == 0 then return end
  local weight = limits_of(env).weight
  while taken() >= slots and taken() < slots + headroom do
    local own = count(busy, env)
    local others = redis.call('HLEN', busy) - (own > 0 and 1 or 0)
    if own * (others + weight) >= slots * weight or not admit_next(answer, env) then return end
  end
end

-- Connections are counted where they have a limit. One at its limit has the rest held back, for as long as something of it is live.
local function join(id, env, connection)
  local limit = limits_of(env).connection
  if connection == '' then
    redis.call('HSET', envs, id, env)
  elseif limit == 0 then
    redis.call('HSET', envs, id, env .. '/' .. connection .. '/-')
  elseif count(live, connection) < limit then
    redis.call('HINCRBY', live, connection, 1)
    redis.call('HSET', envs, id, env .. '/' .. connection)
  else
    hold(id, env, connection, false)
    return false
  end
  return true
end

local function let_join(env, connection)
  local limit, alive, joined = limits_of(env).connection, count(live, connection), 0
  while alive < limit or (limit == 0 and joined < JOINS_AT_ONCE) do
    local id = redis.call('LPOP', held_of(connection))
    if not id then
      redis.call('SREM', holding(env), connection)
      break
    end
    if redis.call('HGET', envs, id) == env .. '/' .. connection .. '/' then
      redis.call('HSET', envs, id, env .. '/' .. connection)
      redis.call('RPUSH', queue(env), id)
      redis.call('HINCRBY', live, connection, 1)
      lower(held, env)
      alive, joined = alive + 1, joined + 1
    end
  end
end

local function leave(id)
  local mark = redis.call('HGET', envs, id)
  if not mark then return end
  local env, connection, kind = string.match(mark, '^([^/]+)/?([^/]*)(/?-?)$')
  redis.call('HDEL', envs, id)
  redis.call('HDEL', data, id)
  if kind == '/' then return lower(held, env) end
  if redis.call('ZREM', running, id) == 1 then
    used = used and used - 1
    lower(busy, env)
  else
    redis.call('HINCRBY', gone, env, 1)
  end
  if connection ~= '' and kind == '' then
    lower(live, connection)
    let_join(env, connection)
  end
  take_turns(env)
end

local function waiting(env, in_queue)
  return in_queue - count(gone, env) + count(held, env)
end

-- Whether one that comes alone has its turn at once, without a way through queue and ring.
local function is_open(env, in_queue)
  return in_queue == 0 and taken() < slots and redis.call('LLEN', ring) == 0 and count(busy, env) < limits_of(env).cap
end

-- How many more of an environment would start at once.
local function free_for(env, in_queue)
  if in_queue > 0 then return 0 end
  return math.max(0, math.min(slots - taken(), limits_of(env).cap - count(busy, env)))
end

-- What runs, and came before its connection had the limit that it has now, is counted from now on.
local function count_running()
  for _, id in ipairs(redis.call('ZRANGE', running, 0, -1)) do
    local env, connection = string.match(redis.call('HGET', envs, id) or '', '^([^/]+)/([^/]+)/%-$')
    if env and limits_of(env).connection > 0 then
      redis.call('HINCRBY', live, connection, 1)
      redis.call('HSET', envs, id, env .. '/' .. connection)
    end
  end
end

local operations = {}

-- most that may wait in an environment (0: any number), then id, environment, connection or '', data of each. Answers how many were refused.
function operations.offer()
  local is_bounded, is_alone, refused, answer, offered = ARGV[6] ~= '0', #ARGV == 10, 0, {0, 0}, {}
  for at = 7, #ARGV, 4 do
    local id, env, connection, payload = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
    if not is_bounded then redis.call('ZREM', accepting(env), id) end
    if redis.call('HEXISTS', envs, id) == 0 then
      local in_queue, most = redis.call('LLEN', queue(env)), limits_of(env).most or tonumber(ARGV[6])
      local is_limited = limits_of(env).connection > 0
      if is_bounded and (in_queue >= most or is_limited) and waiting(env, in_queue) >= most then
        refused = refused + 1
      else
        local at_once = is_alone and is_open(env, in_queue)
        if payload ~= '' then redis.call('HSET', data, id, payload) end
        if join(id, env, connection) then
          if at_once then
            give(answer, id, env, payload)
          else
            redis.call('RPUSH', queue(env), id)
            take_turns(env)
            offered[#offered + 1] = env
          end
        end
      end
    end
  end
  answer[1] = refused
  if #offered > 0 then admit(answer) end
  for _, env in ipairs(offered) do admit_below_share(answer, env) end
  return answer
end

-- id, environment and connection or '' of executions that run, whatever is known of them.
function operations.adopt()
  for at = 6, #ARGV, 3 do
    local id, env, connection = ARGV[at], ARGV[at + 1], ARGV[at + 2]
    if not redis.call('ZSCORE', running, id) then
      leave(id)
      local is_counted = connection ~= '' and limits_of(env).connection > 0
      if is_counted then redis.call('HINCRBY', live, connection, 1) end
      local mark = connection == '' and env or env .. '/' .. connection .. (is_counted and '' or '/-')
      redis.call('HSET', envs, id, mark)
      start(id, env)
    end
  end
  return admit({0, 0})
end

function operations.release()
  leave(ARGV[6])
  return admit({0, 0})
end

-- id, settled key, its seconds, reply channel or '', message, outcome key or '', its seconds. Answers whether this was the first time, and how many heard.
function operations.settle()
  leave(ARGV[6])
  local first = redis.call('SET', ARGV[7], '1', 'NX', 'EX', ARGV[8])
  local heard = 0
  if first and ARGV[9] ~= '' then
    if ARGV[11] ~= '' then redis.call('SET', ARGV[11], ARGV[10], 'EX', ARGV[12]) end
    heard = redis.call('PUBLISH', ARGV[9], ARGV[10])
  end
  return admit({first and 1 or 0, heard})
end

function operations.pump()
  if default_connection > 0 then count_running() end
  return admit({0, 0})
end

-- environment, most that may wait where it has no limit of its own, milliseconds, ids. Keeps places for those that are being accepted, until
-- they are offered or given up, for the first as long as there are some. Answers for how many, and how many others wait or are being accepted.
function operations.reserve()
  local env, most, reserved = ARGV[6], limits_of(ARGV[6]).most or tonumber(ARGV[7]), 0
  local in_queue = redis.call('LLEN', queue(env))
  redis.call('ZREMRANGEBYSCORE', accepting(env), '-inf', now)
  local waits = waiting(env, in_queue) + redis.call('ZCARD', accepting(env))
  local room = most + free_for(env, in_queue) - waits
  for at = 9, #ARGV do
    if reserved >= room then break end
    redis.call('ZADD', accepting(env), now + ARGV[8], ARGV[at])
    reserved = reserved + 1
  end
  return {reserved, waits}
end

-- environment, ids
function operations.giveup()
  for at = 7, #ARGV do redis.call('ZREM', accepting(ARGV[6]), ARGV[at]) end
  return {0, 0}
end

-- environment, most that may wait where it has no limit of its own. Answers how many wait, and how many may.
function operations.room()
  return {waiting(ARGV[6], redis.call('LLEN', queue(ARGV[6]))), limits_of(ARGV[6]).most or tonumber(ARGV[7])}
end

-- key and value of their version, then environment and its own limits of all that have some. Whom that gives more room takes its turn; what
-- is in line already is held to a limit of its connection when its turn comes.
function operations.limit()
  local concerned = redis.call('HKEYS', limits)
  redis.call('DEL', limits)
  redis.call('SET', ARGV[6], ARGV[7])
  for at = 8, #ARGV, 2 do
    redis.call('HSET', limits, ARGV[at], ARGV[at + 1])
    concerned[#concerned + 1] = ARGV[at]
  end
  count_running()
  for _, env in ipairs(concerned) do
    for _, connection in ipairs(redis.call('SMEMBERS', holding(env))) do let_join(env, connection) end
    take_turns(env)
  end
  return admit({0, 0})
end

return operations[operation]()
`;

/** What is counted of environments and executions: which keys there are, which limits, who has a turn. A part of `ADMISSION_LUA`. */
export const STATE_LUA = `
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
`;

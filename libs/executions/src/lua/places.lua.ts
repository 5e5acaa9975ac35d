/** Who leaves, who waits, and who would start at once. A part of `ADMISSION_LUA`. */
export const PLACES_LUA = `
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
`;

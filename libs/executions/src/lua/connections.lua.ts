/** Limits of connections: who is held back for one, and who may join the queue. A part of `ADMISSION_LUA`. */
export const CONNECTIONS_LUA = `
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
`;

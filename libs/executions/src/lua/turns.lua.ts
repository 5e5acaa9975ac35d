/** Who runs next: environments in turn. A part of `ADMISSION_LUA`. */
export const TURNS_LUA = `
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
`;

/** What the script can be asked. A part of `ADMISSION_LUA`. */
export const OPERATIONS_LUA = `
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

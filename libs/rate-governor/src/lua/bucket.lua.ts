/**
 * The state of one bucket, and how it changes as time passes. Redis' clock counts; nothing here asks another.
 *
 * Keys, all with the same hash tag and all ending by themselves:
 * base: hash, below · `:heads` sorted set caller → start tag of its next call · `:finish` the same for callers without waiting calls ·
 * `:waiting:<caller>` sorted set ticket → order of arrival · `:out` sorted set ticket → admitted at · `:leases` hash replica → until ·
 * `:inbox:<replica>` tickets admitted while another replica asked.
 *
 * Fields: `limit`, `window`: of the provider, 0 unknown · `resets`: end of the window, 0 unknown; `guessed`: nobody said so ·
 * `tokens`: calls left until then, -1 unknown · `blocked`: until when calls are refused, 0 not · `rolled`: start of the window ·
 * `pace`: calls that may be under way at a time where no window is known, `calm`: from where on it grows slowly, `paced`: when a call
 * last ended · `ends`: of the watch;
 * `told_ends`, `told_blocked`: what replicas were told · `vtime`: virtual time, `seq`: arrivals.
 */
export const BUCKET_LUA = `
local heads, finish, out = base .. ':heads', base .. ':finish', base .. ':out'
local function waiting(caller) return base .. ':waiting:' .. caller end

local NUMBERS = { 'limit', 'window', 'resets', 'guessed', 'tokens', 'blocked', 'rolled', 'pace', 'calm', 'paced', 'ends', 'told_ends',
  'told_blocked', 'vtime', 'seq' }
local ADMITTED_FOR, MOST_PACE = 60000, 1000

local function load()
  local values = redis.call('HMGET', base, unpack(NUMBERS))
  if not values[1] then return nil end
  local state = {}
  for i, name in ipairs(NUMBERS) do state[name] = tonumber(values[i]) end
  return state
end

local function fresh()
  for _, caller in ipairs(redis.call('ZRANGE', heads, 0, -1)) do redis.call('DEL', waiting(caller)) end
  redis.call('DEL', heads, finish, out, leases)
  local state = {}
  for _, name in ipairs(NUMBERS) do state[name] = 0 end
  state.tokens, state.pace, state.calm, state.paced = -1, 1, MOST_PACE, now
  return state
end

local function save(s)
  local flat = {}
  for _, name in ipairs(NUMBERS) do
    flat[#flat + 1] = name
    flat[#flat + 1] = s[name]
  end
  redis.call('HSET', base, unpack(flat))
  local ttl = math.max(1, s.ends - now)
  redis.call('PEXPIRE', base, ttl)
  for _, key in ipairs({ heads, finish, out, leases }) do redis.call('PEXPIRE', key, ttl + ADMITTED_FOR) end
end

local function under_way() return redis.call('ZCARD', out) end

-- How long an unknown limit is left alone before one more call tries it.
local function trial(s) return math.min(math.max(s.window, 1000), 60000) end

local function feel_the_way(s)
  s.resets, s.guessed, s.tokens, s.pace, s.paced = 0, 0, -1, 1, now
end

local function advance(s)
  redis.call('ZREMRANGEBYSCORE', out, '-inf', now - ADMITTED_FOR)
  if s.blocked > 0 and now >= s.blocked then
    s.blocked = 0
    s.paced = now
  end
  if s.resets > 0 and now >= s.resets then
    if s.limit > 0 and s.guessed == 0 then
      -- Calls under way may count in the new window.
      s.tokens = math.max(1, s.limit - under_way())
      s.rolled, s.resets, s.guessed = now, now + math.max(s.window, 1000), 1
    else
      feel_the_way(s)
    end
  end
end

-- Calls that may go now.
local function free(s)
  if s.blocked > now then return 0 end
  if s.resets > 0 then return s.tokens end
  local room = math.floor(s.pace) - under_way()
  if s.tokens >= 0 then room = math.min(room, s.tokens) end
  if room < 1 and now - s.paced >= trial(s) then
    redis.call('DEL', out)
    s.pace, s.paced, s.tokens = 1, now, s.tokens < 0 and -1 or math.max(s.tokens, 1)
    return 1
  end
  return room
end

-- How long until there may be room, and whether the provider said so.
local function opening(s)
  if s.blocked > now then return s.blocked - now, true end
  if s.resets > 0 then return s.tokens > 0 and 0 or s.resets - now, s.guessed == 0 end
  return math.max(1, s.paced + trial(s) - now), false
end
`;

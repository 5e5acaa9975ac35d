import { BUCKET_LUA } from './bucket.lua.js';
import { LEARN_LUA } from './learn.lua.js';
import { LINE_LUA } from './line.lua.js';

/**
 * One turn of one replica at one bucket: it tells what it learnt and who came and went, and is told who may go. Whoever asks admits
 * for all replicas: tickets of others are put into their inboxes, and they are told.
 *
 * KEYS: base. ARGV: replica, channel, lease in ms, quiet time in ms, news as JSON:
 * `{seen?, answered: [ticket], spare: [ticket], arrivals: [[ticket, caller]], departures: [[ticket, caller]], tries: [ticket], queued}`.
 * `spare` were admitted with nobody waiting for it any more; `tries` do not wait; `queued` counts those that should be waiting here.
 *
 * Answers `{watched, lost, sleep ms, opening ms, opening known, ends in ms, blocked for ms, count, admitted …, refused tries …}`.
 * `lost`: Redis has forgotten this replica's waiting calls, which are to arrive anew.
 */
export const TURN_LUA = `
local base = KEYS[1]
local replica, channel, lease, quiet = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local news = cjson.decode(ARGV[5])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local leases = base .. ':leases'
${BUCKET_LUA}
${LEARN_LUA}
${LINE_LUA}
local function inbox(owner) return base .. ':inbox:' .. owner end

local function hand_over(admitted, own)
  local others = {}
  for _, ticket in ipairs(admitted) do
    local owner = owner_of(ticket)
    if owner == replica then own[#own + 1] = ticket
    else
      redis.call('RPUSH', inbox(owner), ticket)
      others[owner] = true
    end
  end
  for owner in pairs(others) do
    redis.call('PEXPIRE', inbox(owner), ADMITTED_FOR)
    redis.call('PUBLISH', channel .. ':' .. owner, base)
  end
end

local function try(s, tickets, own)
  local refused = {}
  for _, ticket in ipairs(tickets) do
    if redis.call('EXISTS', heads) == 0 and free(s) >= 1 then
      admit(s, ticket)
      own[#own + 1] = ticket
    else
      refused[#refused + 1] = ticket
    end
  end
  return refused
end

local function tell(s)
  if s.ends <= s.told_ends + quiet / 4 and s.blocked <= s.told_blocked then return end
  s.told_ends, s.told_blocked = s.ends, s.blocked
  redis.call('PUBLISH', channel, cjson.encode({ base, s.ends - now, math.max(0, s.blocked - now) }))
end

local s = load()
if not s then
  if not (news.seen and news.seen.low) then return { '0' } end
  s = fresh()
end

local lost = news.queued > 0 and not is_alive(replica)
living[replica] = true
redis.call('HSET', leases, replica, now + lease)

end_calls(s, news.answered, news.seen and news.seen.blockedForMs)
for _, ticket in ipairs(news.spare) do
  redis.call('ZREM', out, ticket)
  if s.tokens >= 0 and s.resets > 0 then s.tokens = s.tokens + 1 end
end
advance(s)
if news.seen then learn(s, news.seen) end
for _, gone in ipairs(news.departures) do depart(gone[1], gone[2]) end
for _, came in ipairs(news.arrivals) do arrive(s, came[1], came[2]) end

local own = redis.call('LPOP', inbox(replica), MOST_LOOKED_AT) or {}
local admitted, unfinished = take_turns(s)
hand_over(admitted, own)
local refused = try(s, news.tries, own)
local queued = redis.call('EXISTS', heads) == 1
if queued then s.ends = math.max(s.ends, now + quiet) end
tell(s)
save(s)

local opens, known = opening(s)
local sleep = unfinished and 0 or math.min(opens + 1, math.floor(lease / 3))
local answer = { '1', lost and '1' or '0', tostring(sleep), tostring(opens), known and '1' or '0', tostring(s.ends - now),
  tostring(math.max(0, s.blocked - now)), tostring(#own) }
for _, ticket in ipairs(own) do answer[#answer + 1] = ticket end
for _, ticket in ipairs(refused) do answer[#answer + 1] = ticket end
return answer
`;

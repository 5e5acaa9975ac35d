/**
 * Who goes next: start-time fair queueing over callers, first in first out within one. A caller's next call is tagged when it comes to
 * the head of the caller's line: with the virtual time, or one more than the caller's last. The smallest tag goes, and is the virtual
 * time from then on. So a caller with any number of waiting calls is ahead of another's next call by one at most.
 */
export const LINE_LUA = `
local WAIT_KEPT = 3660000
local MOST_LOOKED_AT = 1000

local function arrive(s, ticket, caller)
  s.seq = s.seq + 1
  redis.call('ZADD', waiting(caller), 'NX', s.seq, ticket)
  redis.call('PEXPIRE', waiting(caller), WAIT_KEPT)
  if not redis.call('ZSCORE', heads, caller) then
    local last = tonumber(redis.call('ZSCORE', finish, caller) or '0')
    redis.call('ZADD', heads, math.max(s.vtime, last), caller)
  end
end

local function depart(ticket, caller)
  redis.call('ZREM', waiting(caller), ticket)
  local tag = redis.call('ZSCORE', heads, caller)
  if not tag or redis.call('EXISTS', waiting(caller)) == 1 then return end
  -- Who goes and comes again is no sooner for it.
  redis.call('ZREM', heads, caller)
  redis.call('ZADD', finish, tag, caller)
end

local living = {}
local function is_alive(owner)
  if living[owner] == nil then living[owner] = (tonumber(redis.call('HGET', leases, owner) or '0')) > now end
  return living[owner]
end

local function admit(s, ticket)
  if s.tokens > 0 then s.tokens = s.tokens - 1 end
  redis.call('ZADD', out, now, ticket)
end

local function owner_of(ticket) return string.match(ticket, '^[^:]+') end

-- Answers the tickets admitted, and whether there is more to look at.
local function take_turns(s)
  local admitted, looked = {}, 0
  while free(s) >= 1 do
    local head = redis.call('ZRANGE', heads, 0, 0, 'WITHSCORES')
    local caller, tag = head[1], tonumber(head[2])
    if not caller then break end
    looked = looked + 1
    if looked > MOST_LOOKED_AT then return admitted, true end
    local ticket = redis.call('ZPOPMIN', waiting(caller))[1]
    local more = redis.call('EXISTS', waiting(caller)) == 1
    if ticket and is_alive(owner_of(ticket)) then
      admit(s, ticket)
      admitted[#admitted + 1] = ticket
      s.vtime = tag
      redis.call('ZADD', more and heads or finish, tag + 1, caller)
    end
    if not more then redis.call('ZREM', heads, caller) end
  end
  redis.call('ZREMRANGEBYSCORE', finish, '-inf', s.vtime)
  return admitted, false
end
`;

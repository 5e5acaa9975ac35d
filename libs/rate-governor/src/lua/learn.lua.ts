/** What an answer changes: `seen` is a `LearntLimits` with `ageMs`, `answered` are tickets of calls that have ended. */
export const LEARN_LUA = `
local SAME_WINDOW = 1500

local function end_calls(s, answered, refused)
  local ended = 0
  for _, ticket in ipairs(answered) do ended = ended + redis.call('ZREM', out, ticket) end
  if ended == 0 then return end
  s.paced = now
  if refused then return end
  local more = s.pace < s.calm and ended or ended / s.pace
  s.pace = math.min(MOST_PACE, s.pace + more)
end

local function learn_refusal(s, seen)
  -- The first refusal tells that the pace was too high; those of calls sent at the same time tell nothing more.
  if s.blocked == 0 and s.pace > 1 then s.calm = math.max(1, s.pace / 2) end
  s.blocked = math.max(s.blocked, now + seen.blockedForMs)
  if not seen.resetsInMs then return feel_the_way(s) end
  s.resets, s.guessed, s.tokens, s.pace = now + seen.resetsInMs, 0, 0, 1
end

local function learn_window(s, remaining, ends)
  local same = math.abs(ends - s.resets) <= SAME_WINDOW
  if s.resets == 0 or (ends > s.resets and not same and s.guessed == 0) then
    s.tokens = math.max(0, remaining - under_way())
  else
    s.tokens = math.min(s.tokens, remaining)
  end
  s.resets = same and s.guessed == 0 and math.max(s.resets, ends) or ends
  s.guessed = 0
end

local function learn(s, seen)
  if seen.limit then s.limit = seen.limit end
  if seen.windowMs then s.window = seen.windowMs end
  if seen.resetsInMs and not seen.windowMs then s.window = math.max(s.window, seen.resetsInMs) end
  if seen.blockedForMs then
    learn_refusal(s, seen)
  elseif seen.remaining and now - seen.ageMs >= s.rolled then
    -- An answer to a call of the window before says nothing about this one.
    if seen.resetsInMs then learn_window(s, seen.remaining, now + seen.resetsInMs)
    elseif s.resets > 0 then s.tokens = math.min(s.tokens, seen.remaining)
    else s.tokens = math.max(0, seen.remaining - under_way()) end
  end
  if seen.low then s.ends = math.max(s.ends, math.max(s.blocked, s.resets, now) + quiet) end
end
`;

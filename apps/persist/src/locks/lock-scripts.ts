/** Scripts of the function locks. A lock holds its owner's id; the owner's set lists what it holds, for the end of its run. */

/** KEYS lock, owner's set · ARGV owner, ttl in ms → 1 when the owner holds the lock now. */
export const ACQUIRE = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('SADD', KEYS[2], KEYS[1])
if redis.call('PTTL', KEYS[2]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[2], ARGV[2]) end
return 1`;

/** KEYS lock, owner's set · ARGV owner → 1 when the owner held the lock. */
export const RELEASE = `
redis.call('SREM', KEYS[2], KEYS[1])
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;

/** KEYS owner's set · ARGV owner → how many locks it held. */
export const RELEASE_ALL = `
local released = 0
for _, lock in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  if redis.call('GET', lock) == ARGV[1] then released = released + redis.call('DEL', lock) end
end
redis.call('DEL', KEYS[1])
return released`;

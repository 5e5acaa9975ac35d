import { CONNECTIONS_LUA } from './lua/connections.lua.js';
import { OPERATIONS_LUA } from './lua/operations.lua.js';
import { PLACES_LUA } from './lua/places.lua.js';
import { STATE_LUA } from './lua/state.lua.js';
import { TURNS_LUA } from './lua/turns.lua.js';

/**
 * Admission of one kind of execution (design §2.5): deficit round robin over environments, where every execution costs one and a turn is
 * worth the environment's weight, under a cap per environment, a cap per connection and a number of slots overall. Slots that nobody
 * else wants go to whoever does. Nothing here grows with the backlog.
 *
 * Work without a row is added to the stream KEYS[2] as it is admitted (ADR 20). Keys under KEYS[1], all rebuildable from the ledger:
 * `:queue:<env>` list of ids whose connection may run them · `:gone` hash environment → how many of them have ended since ·
 * `:ring` list of environments whose turn comes, `:ringed` the same as a set · `:credit` hash environment → what is left of its turn ·
 * `:env` hash id → `environment`, `environment/connection` where that is counted, `environment/connection/` where it is held back,
 * `environment/connection/-` where it is not counted, as connections had no limit when it came ·
 * `:running` sorted set id → admitted at · `:busy` hash environment → running · `:data` hash id → job data of what has no row ·
 * `:live` hash connection → running or in the queue · `:held:<connection>` list of ids that are held back,
 * `:holding:<env>` set of such connections, `:held` hash environment → how many · `:limits` hash environment → `cap weight connection
 * queue`, each `-` where the environment has none of its own · `:accepting:<env>` sorted set of ids that are being accepted → until when.
 *
 * ARGV: operation, slots, more of them for environments below their share, cap per environment, cap per connection
 * (0: none), then what the operation takes. The time is that of Redis: processes may disagree. Each answers `{number, number, id, env,
 * …}`: two results of its own and what it admitted of work that has a row.
 */
export const ADMISSION_LUA = [STATE_LUA, CONNECTIONS_LUA, TURNS_LUA, PLACES_LUA, OPERATIONS_LUA].join('');

import { readFileSync } from 'node:fs';

/**
 * Loaded before a process: its wall clock can be set, as an administrator or a time server sets one, by what a file says.
 * The steady clock, and with it every timer, stays as it is.
 */
const file = process.env.CHAOS_CLOCK;
const LOOK_EVERY_MS = 250;
const RealDate = Date;
const realNow = Date.now;
let byMs = 0;

function look() {
  try {
    byMs = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    // Nobody has set it.
    byMs = 0;
  }
}

if (file) {
  const now = () => realNow() + byMs;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given, as) => Reflect.construct(target, given.length === 0 ? [now()] : given, as),
    apply: () => new RealDate(now()).toString(),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  });
  look();
  setInterval(look, LOOK_EVERY_MS).unref();
}

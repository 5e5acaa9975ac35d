import { isPortFree } from '#libs/embedded';

/** Below what systems give to outgoing connections, so that a port stays free while its server is away. */
const [FROM, TO] = [15_000, 30_000];
let next = FROM + Math.floor(Math.random() * (TO - FROM));

/** A loopback port that nobody listens on, and that was not given to anybody here before. */
export async function ownPort() {
  for (let tried = 0; tried < TO - FROM; tried += 1) {
    next = next + 1 < TO ? next + 1 : FROM;
    if (await isPortFree(next)) return next;
  }
  throw new Error(`no port between ${FROM} and ${TO} is free`);
}

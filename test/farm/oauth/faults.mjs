const HUGE = 64 * 1024 * 1024;
const WAIT_SECONDS = 2;

/** What may go wrong with an answer. */
export class Faults {
  #waiting = [];
  #planned = new Map();

  /** The next token calls of a dialect run into something. @param {string | null} fault null: they do not, whatever the dialect says */
  plan(dialect, fault, times) {
    this.#planned.set(dialect, { fault, times });
  }

  /** What this call runs into. */
  next(dialect, usual) {
    const planned = this.#planned.get(dialect);
    if (!planned || planned.times === 0) return usual;
    planned.times -= 1;
    return planned.fault ?? undefined;
  }

  /** Slow answers that wait to be let go. */
  get waiting() {
    return this.#waiting.length;
  }

  release() {
    for (const go of this.#waiting.splice(0)) go();
  }

  /** The answer in place of the right one; undefined where the right one is still to be given. */
  async meet(fault, { response }) {
    if (fault === 'slow') return void (await new Promise((go) => void this.#waiting.push(go)));
    if (fault === 'cut') return cut(response);
    if (fault === 'huge') return huge(response);
    if (fault === 'unavailable') return { status: 503, body: '<h1>down for maintenance</h1>' };
    if (fault === 'retry-after') return limited({ 'retry-after': String(WAIT_SECONDS) });
    if (fault === 'retry-date') return limited({ 'retry-after': new Date(soon()).toUTCString() });
    if (fault === 'ratelimit-reset') return limited({ 'x-ratelimit-reset': String(Math.ceil(soon() / 1000)) });
    return undefined;
  }
}

const soon = () => Date.now() + WAIT_SECONDS * 1000;
const limited = (headers) => ({ status: 429, headers, body: { error: 'too_many_requests' } });

/** Says how much is to come, and ends the connection in the middle of it. */
function cut(response) {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '4096' });
  response.write('{"access_token":"half-of-a-tok', () => response.destroy());
  return { sent: true };
}

/** Much more than a token answer may be; ends when nobody listens any more. */
function huge(response) {
  const chunk = Buffer.alloc(64 * 1024, 32);
  let left = HUGE;
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"access_token":"');
  const more = () => {
    while (left > 0 && !response.destroyed) {
      left -= chunk.length;
      if (!response.write(chunk)) {
        response.once('drain', more);
        return;
      }
    }
    response.end('"}');
  };
  more();
  return { sent: true };
}

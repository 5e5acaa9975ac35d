import net from 'node:net';

/**
 * A closed loop over raw sockets: each caller has exactly one request in flight on a connection it keeps. Cheap enough to find the
 * limits of what it calls rather than its own.
 */

const HEAD_END = Buffer.from('\r\n\r\n');

/** A GET as bytes, and where it goes. */
export function getRequest(url, headers = {}) {
  const { host, hostname, port, pathname, search } = new URL(url);
  const lines = Object.entries({ host, accept: '*/*', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return { host: hostname, port: Number(port), bytes: Buffer.from(`GET ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`) };
}

/** A POST of JSON as bytes, and where it goes. */
export function postRequest(url, headers, body) {
  const { host, hostname, port, pathname } = new URL(url);
  const text = JSON.stringify(body);
  const all = { host, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return { host: hostname, port: Number(port), bytes: Buffer.from(`POST ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n${text}`) };
}

/** End of the first complete answer in a buffer, and its status; undefined if it is not complete. */
function answerIn(buffer) {
  const headEnd = buffer.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const head = buffer.toString('latin1', 0, headEnd);
  const status = Number(head.slice(9, 12));
  const start = headEnd + HEAD_END.length;
  const length = /\r\ncontent-length:\s*(\d+)/i.exec(head);
  if (length) return buffer.length >= start + Number(length[1]) ? status : undefined;
  if (/\r\ntransfer-encoding:\s*chunked/i.test(head))
    return buffer.includes('\r\n0\r\n\r\n', headEnd, 'latin1') ? status : undefined;
  return status;
}

/** One caller, until the time is over; resolves when its last answer is in. */
function caller({ host, port, bytes }, until, onAnswer) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port, noDelay: true });
    let buffer = null;
    let sentAt = 0;
    const next = () => {
      if (performance.now() >= until) return socket.end(resolve);
      buffer = null;
      sentAt = performance.now();
      return socket.write(bytes);
    };
    socket.once('connect', next);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`${host}:${port} closed the connection`)));
    socket.on('data', (chunk) => {
      buffer = buffer ? Buffer.concat([buffer, chunk]) : chunk;
      const status = answerIn(buffer);
      if (status === undefined) return;
      if (status !== 200)
        return reject(
          new Error(`${host}:${port} answered ${status}: ${buffer.toString('utf8').split('\r\n\r\n')[1]?.slice(0, 500)}`),
        );
      onAnswer(performance.now() - sentAt);
      return next();
    });
  });
}

/** Answers per second and their latencies in milliseconds, from so many callers for so long. @throws on any answer but 200 */
export async function load(request, callers, seconds) {
  const latencies = [];
  const startedAt = performance.now();
  const until = startedAt + seconds * 1000;
  await Promise.all(Array.from({ length: callers }, () => caller(request, until, (ms) => latencies.push(ms))));
  const elapsed = (performance.now() - startedAt) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share) => latencies[Math.min(latencies.length - 1, Math.ceil(share * latencies.length) - 1)];
  return { rate: latencies.length / elapsed, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

export const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** Of the straight line that fits points `[x, y]` best. */
export function slope(points) {
  const mean = (pick) => points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const [x, y] = [mean(([at]) => at), mean(([, value]) => value)];
  const spread = points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0) / spread;
}

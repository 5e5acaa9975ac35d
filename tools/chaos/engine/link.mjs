import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { ownPort } from './ports.mjs';

const LOOK_AGAIN_MS = 100;
const LOST_SHARE = 0.25;

/**
 * A way on loopback to one server or, in turns, to several that do the same. It can be cut in the ways networks are:
 * `shut` breaks what is open and refuses what comes, `silent` carries nothing and closes nothing. `lossy` carries what is asked, and breaks
 * instead of carrying some of the answers. Whoever comes while there is no server waits for one.
 *
 * @typedef {{ port: number, set(mode: 'open' | 'shut' | 'silent' | 'lossy'): Promise<void>, close(): Promise<void> }} Link
 * @param {() => readonly number[]} targets ports that may be connected to now, best first
 * @returns {Promise<Link>}
 */
export async function openLink(targets) {
  const sockets = new Set();
  let mode = 'open';
  let turn = 0;
  const hold = (socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  };
  const carry = (from, into, isAnswer) => {
    from.on('data', (chunk) => {
      if (isAnswer && mode === 'lossy' && Math.random() < LOST_SHARE) into.destroy();
      if (mode === 'silent' || into.destroyed || into.write(chunk)) return;
      from.pause();
      into.once('drain', () => from.resume());
    });
    from.on('end', () => mode !== 'silent' && into.end());
    from.on('close', () => mode !== 'silent' && into.destroy());
  };
  const reach = (near, ports) => {
    let far;
    near.once('close', () => mode === 'silent' || far?.destroy());
    const tryNext = ([port, ...others]) => {
      if (near.destroyed || (mode !== 'open' && mode !== 'lossy')) return;
      if (port === undefined) {
        setTimeout(() => tryNext(targets()), LOOK_AGAIN_MS);
        return;
      }
      let isOpen = false;
      far = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      hold(far);
      far.once('connect', () => {
        isOpen = true;
        carry(near, far, false);
        carry(far, near, true);
        near.resume();
      });
      far.once('close', () => isOpen || tryNext(others));
    };
    tryNext(ports);
  };
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (near) => {
    hold(near);
    if (mode === 'silent') return;
    const ports = targets();
    turn += 1;
    reach(near, [...ports.slice(turn % ports.length || 0), ...ports.slice(0, turn % ports.length || 0)]);
  });
  const listen = async (port) => void (await once(server.listen(port, '127.0.0.1'), 'listening'));
  const port = await ownPort();
  await listen(port);
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  const shut = async () => {
    const closed = server.listening ? once(server, 'close') : undefined;
    server.close();
    drop();
    await closed;
  };
  return {
    port,
    async set(wanted) {
      if (wanted === mode) return;
      const was = mode;
      mode = wanted;
      if (wanted === 'shut') await shut();
      // What was silenced is lost: a connection that missed something is of no use.
      else if (was === 'silent') drop();
      else if (was === 'shut') await listen(port);
    },
    close: shut,
  };
}

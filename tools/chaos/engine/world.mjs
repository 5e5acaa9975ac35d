import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { randomFrom } from '../random.mjs';
import { Source } from './sources.mjs';

/** Share of calls that an API, and a customer's webhook address, fail. */
const API_FAILS = 0.02;
const HOOK_FAILS = 0.1;
const HOOK_REFUSES = 0.02;
/** What syncs read: what they are told can grow old on its way. */
const SLOW_ROUTES = new Set(['/items', '/ops']);

/** Everything outside Fairlead: the API that functions call, the customer's webhook address, and an echo to proxy to. */
export async function startWorld(seed) {
  const random = randomFrom(seed ^ 0x5eed);
  const world = { sources: new Map(), works: new Map(), hooks: new Map(), failedHooks: 0 };
  let held = { takesUntil: 0, over: Promise.resolve() };
  const sourceOf = (connection) => {
    const known = world.sources.get(connection) ?? new Source(connection, random);
    world.sources.set(connection, known);
    return known;
  };
  const routes = {
    '/items': ({ c, page, window, acked }) => sourceOf(c).serve(window, Number(page), acked),
    '/window-ends': ({ c, window, acked }) => sourceOf(c).end(window, acked),
    '/ops': ({ c, from }) => ({ ops: sourceOf(c).ops(Number(from)) }),
    '/echo': ({ n }) => ({ n }),
  };
  const answer = async (request, url) => {
    if (url.pathname === '/hook') return hook(world, random(), await textOf(request));
    if (url.pathname === '/work') return work(world, JSON.parse(await textOf(request)));
    if (random() < API_FAILS) return { status: 503, body: { error: 'try again' } };
    const route = routes[url.pathname];
    if (!route) return { status: 404, body: {} };
    const body = route(Object.fromEntries(url.searchParams)) ?? {};
    if (SLOW_ROUTES.has(url.pathname) && Date.now() < held.takesUntil) await held.over;
    return { status: 200, body };
  };
  const server = createServer((request, response) => {
    answer(request, new URL(request.url, 'http://world')).then(
      ({ status, body }) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
      () => response.destroy(),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return Object.assign(world, {
    url: `http://127.0.0.1:${server.address().port}`,
    sourceOf,
    /** What syncs ask for within `takesMs` is answered after `forMs`, as it was when they asked. */
    hold(takesMs, forMs) {
      held = { takesUntil: Date.now() + takesMs, over: delay(forMs, undefined, { ref: false }) };
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  });
}

function hook(world, draw, text) {
  if (draw < HOOK_FAILS) {
    world.failedHooks += 1;
    return { status: draw < HOOK_REFUSES ? 400 : 500, body: {} };
  }
  world.hooks.set(text, (world.hooks.get(text) ?? 0) + 1);
  return { status: 200, body: {} };
}

/** Work that a function does here: how often is what counts. The first try of some fails. */
function work(world, { mark }) {
  const times = (world.works.get(mark) ?? 0) + 1;
  world.works.set(mark, times);
  return mark.includes('flaky') && times === 1 ? { status: 500, body: {} } : { status: 200, body: { mark, times } };
}

async function textOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, testRedis } from '#libs/testing';
import { type TestConnectApi, testConnectApi } from '../connect/test-connect-api.js';

/** The websocket of the frontend SDK, with two servers behind one address (spec/auth.md §3.5). */
let database: Awaited<ReturnType<typeof testDatabase>>;
let redis: Awaited<ReturnType<typeof testRedis>>;
let here: TestConnectApi;
let there: TestConnectApi;

beforeAll(async () => {
  [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  here = await testConnectApi(database.url, database.encryptionKey, redis.url, { maxSockets: 3 });
  there = await testConnectApi(database.url, database.encryptionKey, redis.url, { lifeMs: 50 });
  const credentials = { type: 'OAUTH2', client_id: 'a', client_secret: 'b' };
  await here.call('POST', '/integrations', { body: { provider: 'oauth', unique_key: 'oauth', credentials } });
});
afterAll(async () => {
  await Promise.all([here.close(), there.close()]);
  await Promise.all([database.close(), redis.close()]);
});

/** First words of the answer to a request that no client library would send. */
async function raw(request: string): Promise<string> {
  const { hostname, port } = new URL(here.url);
  const socket = connect(Number(port), hostname);
  socket.write(request);
  const [first] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return first.toString('latin1');
}

it('acknowledges a client at once, with an id that is its secret', async () => {
  const [first, second] = [await here.socket(), await here.socket('/?any=query')];
  expect(first.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-/);
  expect(second.id).not.toBe(first.id);
  first.close();
  second.close();
  await Promise.all([first.closed, second.closed]);
});

it('tells a client how its flow ended, though another server finished it', async () => {
  const socket = await here.socket();
  const session = await here.session();
  const query = new URLSearchParams({ connect_session_token: session, ws_client_id: socket.id });
  const begun = await there.call('GET', `/oauth/connect/oauth?${query.toString()}`, { as: null });
  const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state');
  const cookie = (begun.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  expect((await there.call('GET', `/oauth/callback?state=${state}&code=good`, { as: null, headers: { cookie } })).status).toBe(
    200,
  );
  await expect.poll(() => socket.heard).toMatchObject([{ message_type: 'success', provider_config_key: 'oauth' }]);
  expect(await socket.closed).toBe(1000);
});

it('is served at its own path alone, to so many and no more', async () => {
  await expect(here.socket('/elsewhere')).rejects.toThrow('404');
  const open = await Promise.all([here.socket(), here.socket(), here.socket()]);
  await expect(here.socket()).rejects.toThrow('503');
  for (const socket of open) socket.close();
  await Promise.all(open.map(({ closed }) => closed));
  await expect
    .poll(() =>
      here.socket().then(
        (socket) => socket.close(),
        () => 'full',
      ),
    )
    .toBeUndefined();
});

it('leaves requests alone that offer another protocol', async () => {
  const offer = 'connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAARAAAAAAAIAAAAA';
  expect(await raw(`GET /providers.json HTTP/1.1\r\nhost: a\r\n${offer}\r\n\r\n`)).toMatch(/^HTTP\/1.1 200 /);
});

it.each(['//x', '/%', '*', '/ws?//'])('refuses a socket at %s', async (path) => {
  const upgrade =
    'connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==';
  expect(await raw(`GET ${path} HTTP/1.1\r\nhost: a\r\n${upgrade}\r\n\r\n`)).toMatch(/^HTTP\/1.1 4\d\d /);
});

it('ends a socket that nothing ever happens on', async () => {
  expect(await (await there.socket()).closed).toBe(1000);
});

it('ends a socket whose page is gone without a word, and no other', async () => {
  const impatient = await testConnectApi(database.url, database.encryptionKey, redis.url, { pingEveryMs: 30 });
  const [alive, gone] = await Promise.all([impatient.socket(), impatient.socket('/', false)]);
  expect(await gone.closed).toBe(1006);
  expect(await Promise.race([alive.closed, Promise.resolve('open')])).toBe('open');
  alive.close();
  await impatient.close();
});

it('does not keep a server from stopping', async () => {
  const stopping = await testConnectApi(database.url, database.encryptionKey, redis.url);
  const socket = await stopping.socket();
  await stopping.close();
  expect(await socket.closed).toBe(1001);
});

import { afterAll, describe, expect, it } from 'vitest';
import { openHttp, startUpstream, subjectOf } from '#libs/testing';
import { mintedModes } from './minted-modes.js';
import { errorOf, ODD_ANSWERS, type Reply } from './test-minted.js';

const http = openHttp({ timeoutMs: 2_000 });
const mode = mintedModes(http).BILL;
const server = await startUpstream();
afterAll(async () => {
  await http.close();
  await server.close();
});

const GIVEN = { username: 'ada', password: 'hush-hush', organization_id: '0081', dev_key: 'dev-key-1' };
const subject = () => subjectOf({ auth_mode: 'BILL', token_url: `${server.url}/login` });
const answer = (reply: Reply) => server.on('POST', '/login', () => reply);
const SESSION = { sessionId: 'session-1', organizationId: '0081', userId: 'user-1' };

describe('BILL', () => {
  it('is a login that gives a session of 35 minutes', async () => {
    answer({ body: SESSION });
    const before = Date.now();
    const { credentials } = await mode.mint(subject(), GIVEN);
    expect(credentials).toEqual({
      type: 'BILL',
      ...GIVEN,
      session_id: 'session-1',
      user_id: 'user-1',
      expires_at: expect.any(String) as string,
      raw: SESSION,
    });
    expect(Date.parse(String(credentials['expires_at'])) - before).toBeCloseTo(35 * 60_000, -4);
    expect(server.requests.at(-1)?.json).toEqual({
      username: 'ada',
      password: 'hush-hush',
      organizationId: '0081',
      devKey: 'dev-key-1',
    });
  });

  it('logs in again when the session is about to end', async () => {
    answer({ body: SESSION });
    const { credentials } = await mode.mint(subject(), GIVEN);
    answer({ body: { ...SESSION, sessionId: 'session-2' } });
    expect((await mode.refresh(subject(), credentials))?.credentials).toMatchObject({ ...GIVEN, session_id: 'session-2' });
  });

  it.each(ODD_ANSWERS)('is told of %s', async (_what, reply, mintError, refreshError) => {
    answer(reply);
    expect(await errorOf(mode.mint(subject(), GIVEN))).toMatchObject(mintError);
    expect(await errorOf(mode.refresh(subject(), { type: 'BILL', ...GIVEN }))).toMatchObject(refreshError);
  });

  it('tells what the vendor says, without what was typed in secret', async () => {
    answer({ status: 400, body: [{ code: 'BDC_1109', message: 'hush-hush or dev-key-1 is wrong for 0081' }] });
    expect(await errorOf(mode.mint(subject(), GIVEN))).toMatchObject({
      code: 'invalid_credentials',
      message: 'The provider refused the credentials: BDC_1109: [redacted] or [redacted] is wrong for 0081',
    });
  });

  it('needs all four, and names what is missing', async () => {
    expect(await errorOf(mode.mint(subject(), { username: 'ada', dev_key: '' }))).toMatchObject({
      code: 'invalid_body',
      issues: ['password', 'organization_id', 'dev_key'].map((name) => ({ path: [name] })),
    });
  });
});

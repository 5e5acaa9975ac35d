/**
 * How token endpoints answer; one path each, `/oauth2/<name>/token`. Only what differs from a well-behaved server:
 * - `firstLife`, `life`: seconds a token lives, the first one and those that follow
 * - `single`: a refresh token may be used once; a second use revokes all that came from it
 * - `refreshes: false`: no refresh token at all
 * - `shape`: how a token answer is written
 * - `failure`: how an error is written
 * - `fault`: what every refresh runs into
 */
export const DIALECTS = {
  plain: { firstLife: 3600, life: 3600 },
  due: { firstLife: 1, life: 3600 },
  rotating: { firstLife: 1, life: 3600, single: true },
  // Nobody but a clock says when these are over.
  short: { firstLife: 1, life: 1, single: true },
  'no-refresh': { firstLife: 1, life: 3600, refreshes: false },
  'no-expiry': { shape: ({ expires_in: _life, ...answer }) => json(answer) },
  'string-expiry': { firstLife: 1, shape: (answer) => json({ ...answer, expires_in: String(answer.expires_in) }) },
  form: { firstLife: 1, shape: (answer) => form(answer) },
  nested: { firstLife: 1, shape: (answer) => json({ ok: true, team: { id: 'T1' }, authed_user: answer }), failure: notOk },
  'ok-false': { firstLife: 1, shape: (answer) => json({ ok: true, ...answer }), failure: notOk },
  'wrong-type': {
    firstLife: 1,
    shape: (answer) => ({ headers: { 'content-type': 'text/html' }, body: JSON.stringify(answer) }),
  },
  slow: { firstLife: 60, fault: 'slow' },
  cut: { firstLife: 60, fault: 'cut' },
  huge: { firstLife: 60, fault: 'huge' },
  unavailable: { firstLife: 60, fault: 'unavailable' },
  'retry-after': { firstLife: 60, fault: 'retry-after' },
  'retry-date': { firstLife: 60, fault: 'retry-date' },
  'ratelimit-reset': { firstLife: 60, fault: 'ratelimit-reset' },
};

const json = (body) => ({ body });
const form = (answer) => ({
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: String(new URLSearchParams(Object.entries(answer).map(([name, value]) => [name, String(value)]))),
});

function notOk(error) {
  return json({ ok: false, error });
}

/** An error as RFC 6749 has it. */
export const refusal = (error, status = 400) => ({ status, body: { error, error_description: `the farm says ${error}` } });

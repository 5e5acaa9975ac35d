import { expect, it } from 'vitest';
import { kindOf, Problem, toProblem } from './problem.js';

it.each([
  ['connection_test_failed', 400, 'credentials'],
  ['invalid_body', 400, 'input'],
  ['unknown_provider_config', 404, 'setup'],
  ['resource_capped', 400, 'capped'],
  ['callback_err', undefined, 'refused'],
  ['state_cookie_err', undefined, 'state'],
  ['blocked_by_browser', undefined, 'popup_blocked'],
  ['window_closed', undefined, 'popup_closed'],
  ['unknown_connect_session_token', 401, 'expired'],
  ['something_new', 401, 'expired'],
  ['something_new', 500, 'server'],
  ['something_new', 400, 'unknown'],
  ['unknown_err', undefined, 'unknown'],
])('%s with status %s is told as %s', (code, status, kind) => {
  expect(kindOf({ code, status })).toBe(kind);
});

it('whatever is thrown becomes a problem', () => {
  const problem = new Problem('token_err');
  expect(toProblem(problem)).toBe(problem);
  expect(toProblem(new TypeError('odd'))).toMatchObject({ code: 'unknown_error', message: 'odd' });
});

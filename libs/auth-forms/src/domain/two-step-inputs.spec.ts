import { describe, expect, it } from 'vitest';
import type { Provider } from '#libs/providers';
import { secretTexts, storedInputs, typedInputs } from './two-step-inputs.js';

const field = (own: object = {}) => ({ type: 'string', title: 't', description: 'd', ...own }) as const;
const PROVIDER: Pick<Provider, 'credentials' | 'integration_config' | 'assertion_option'> = {
  credentials: {
    user: field(),
    password: field({ secret: true }),
    site: field({ optional: true, default_value: '' }),
    pin: field({ pattern: '^\\d+$', optional: true }),
  },
  integration_config: { appKey: field({ secret: true }) },
  assertion_option: { person: field({ format: 'email' }) },
};
const TYPED = { type: 'TWO_STEP', user: 'ada', password: 'pw', appKey: 'typed', assertionOption: { person: 'a@b.co' } };

describe('what was typed', () => {
  it('is kept with its defaults; what is for the assertion is not', () => {
    expect(typedInputs(PROVIDER, {}, TYPED)).toEqual({
      stored: { user: 'ada', password: 'pw', appKey: 'typed', site: '' },
      credentials: { user: 'ada', password: 'pw', appKey: 'typed', site: '' },
      assertionOption: { person: 'a@b.co' },
    });
  });

  it('gives way to what the integration has set, which no connection keeps', () => {
    const { stored, credentials } = typedInputs(PROVIDER, { appKey: 'preset', other: 'x' }, TYPED);
    expect(stored).toEqual({ user: 'ada', password: 'pw', site: '' });
    expect(credentials).toEqual({ ...stored, appKey: 'preset' });
  });

  it('takes no place of what is made', () => {
    const made = { token: 'x', refresh_token: 'x', expires_at: 'x', raw: {}, assertion: 'x' };
    expect(typedInputs(PROVIDER, {}, { ...TYPED, ...made }).stored).toEqual({
      user: 'ada',
      password: 'pw',
      appKey: 'typed',
      site: '',
    });
  });

  it.each([
    [{ password: undefined }, 'password'],
    [{ user: '' }, 'user'],
    [{ appKey: undefined }, 'appKey'],
    [{ pin: 'x' }, 'pin'],
    [{ assertionOption: undefined }, 'assertionOption.person'],
    [{ assertionOption: { person: 'nobody' } }, 'assertionOption.person'],
  ])('is refused by name: %j', (own, path) => {
    const error = expect.objectContaining({ code: 'invalid_body', issues: [expect.objectContaining({ path: path.split('.') })] });
    expect(() => typedInputs(PROVIDER, {}, { ...TYPED, ...own })).toThrow(error);
  });
});

describe('what a connection holds', () => {
  it('is what was typed and what came in headers, not what was made', () => {
    const stored = { user: 'ada', password: 'pw', JSESSIONID: 's' };
    const made = { type: 'TWO_STEP', token: 't', refresh_token: 'r', expires_at: 'e', raw: {}, assertion: 'a' };
    expect(storedInputs(PROVIDER, { appKey: 'preset' }, { ...stored, ...made })).toEqual({
      stored,
      credentials: { ...stored, appKey: 'preset' },
      assertionOption: {},
    });
  });
});

describe('what messages must not quote', () => {
  it('is all but what is shown in the open', () => {
    const values = { user: 'ada', password: 'pw', appKey: 'key', unknown: 'u', pair: { id: 'i', secret: 's' }, n: 5 };
    expect(secretTexts(PROVIDER, values)).toEqual(['pw', 'key', 'u', 'i', 's']);
  });
});

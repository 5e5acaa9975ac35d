import { describe, expect, it } from 'vitest';
import { configProblems, credentialProblems, refuseProblems } from './input-problems.js';

const pathsOf = (problems: readonly { path: readonly string[] }[]) => problems.map(({ path }) => path.join('.'));

describe('the configuration', () => {
  const rules = {
    auth_mode: 'OAUTH2',
    connection_config: {
      subdomain: { pattern: '^[a-z]+$' },
      kind: { enum: ['cloud', 'own'], default_value: 'cloud' },
      host: { format: 'hostname', visible_when: { field: 'kind', equals: 'own' } },
      tenant: { automated: true },
    },
    integration_config: { subdomain: {}, host: {} },
  };

  it('is held against pattern, format and allowed values', () => {
    const config = { subdomain: 'A!', kind: 'own', host: 'a b' };
    expect(pathsOf(configProblems(rules, config, {}, false))).toEqual(['connection_config.subdomain', 'connection_config.host']);
    expect(pathsOf(configProblems(rules, { kind: 'x' }, {}, false))).toEqual(['connection_config.kind']);
  });

  it('must be complete where nobody can be asked later, but for inputs that are not shown or set for all', () => {
    expect(pathsOf(configProblems(rules, {}, {}, true))).toEqual(['connection_config.subdomain']);
    expect(pathsOf(configProblems(rules, { kind: 'own' }, {}, true))).toEqual([
      'connection_config.subdomain',
      'connection_config.host',
    ]);
    expect(configProblems(rules, { kind: 'own' }, { subdomain: 'a', host: 'b' }, true)).toEqual([]);
  });
});

describe('what the user typed', () => {
  it('must be complete and of the right form', () => {
    const rules = {
      auth_mode: 'TWO_STEP',
      credentials: { key: { pattern: '^k' }, realm: {} },
      assertion_option: { level: { enum: ['a'] } },
      integration_config: { realm: {} },
    };
    const problems = credentialProblems(rules, { key: 'x', assertionOption: { level: 'b' } }, {});
    expect(pathsOf(problems)).toEqual(['key', 'realm', 'assertionOption.level']);
    expect(credentialProblems(rules, { key: 'k' }, { realm: 'set' })).toEqual([]);
  });

  it('may be an empty user name or password', () => {
    const rules = { auth_mode: 'BASIC', credentials: { username: {}, password: {} } };
    expect(credentialProblems(rules, { username: 'a', password: '' }, {})).toEqual([]);
  });
});

it('refuses problems field by field, and in words', () => {
  const issues = [{ code: 'invalid_type', message: 'is required', path: ['connection_config', 'host'] }];
  expect(() => refuseProblems(issues)).toThrow(
    expect.objectContaining({ code: 'invalid_body', message: 'host is required', issues }),
  );
  expect(() => refuseProblems([])).not.toThrow();
});

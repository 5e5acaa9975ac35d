import { describe, expect, it } from 'vitest';
import { inputIssues } from './input-fields.js';
import { matchesPattern, MAX_MATCHED } from './input-pattern.js';

describe('matchesPattern', () => {
  it.each([
    ['^sk_', 'sk_1', true],
    ['^sk_', 'pk_1', false],
    [String.raw`^\p{L}+$`, 'x', false],
    ['b', 'abc', true],
  ])('tells whether %s matches %s', (pattern, value, expected) => {
    expect(matchesPattern(pattern, value)).toBe(expected);
  });

  it.each([
    ['nested quantifiers', '^(a+)+$', `${'a'.repeat(5_000)}!`],
    ['alternatives that overlap', '^(a|a)*$', `${'a'.repeat(5_000)}!`],
    ['many stars', '^.*a.*b.*c.*d.*e$', 'abcd'.repeat(2_000)],
  ])('gives up on %s before anybody notices', (_what, pattern, value) => {
    const before = process.threadCpuUsage();
    expect(matchesPattern(pattern, value)).toBeUndefined();
    expect(process.threadCpuUsage(before).user / 1000).toBeLessThan(500);
  });

  it('does not try on texts beyond all reason', () => {
    expect(matchesPattern('^x+$', 'x'.repeat(MAX_MATCHED))).toBe(true);
    expect(matchesPattern('^x+$', 'x'.repeat(MAX_MATCHED + 1))).toBeUndefined();
  });

  it('lets an expression reach nothing of ours', () => {
    expect(() => matchesPattern('(', 'x')).toThrow('Invalid regular expression');
    expect(matchesPattern('^sk_', 'sk_1')).toBe(true);
  });
});

it('refuses, with the field’s name, a value that cannot be checked', () => {
  const [issue] = inputIssues({ host: { pattern: '^(a+)+$' } }, { host: `${'a'.repeat(5_000)}!` }, ['connection_config']);
  expect(issue).toMatchObject({
    path: ['connection_config', 'host'],
    message: 'cannot be checked against ^(a+)+$: shorten it to what is asked for',
  });
});

it('compares no text of unreasonable length with a format', () => {
  const [issue] = inputIssues({ mail: { format: 'email' } }, { mail: `a@${'.'.repeat(100_000)}` }, []);
  expect(issue).toMatchObject({ path: ['mail'], message: 'must be a valid email' });
});

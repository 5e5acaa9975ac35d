import { expect, it } from 'vitest';
import { isCliTooOld } from './cli-version.js';

it.each([
  [undefined, false],
  ['curl/8.0', false],
  ['nango-cli/0.39.24 (linux/6.1; node.js/20.0.0)', true],
  ['nango-cli/0.39.25 (linux/6.1; node.js/20.0.0)', false],
  ['nango-cli/0.39.26', false],
  ['nango-cli/0.9.99', true],
  ['nango-cli/0.71.10', false],
  ['nango-cli/1.0.0', false],
])('%s: %s', (userAgent, tooOld) => expect(isCliTooOld(userAgent)).toBe(tooOld));

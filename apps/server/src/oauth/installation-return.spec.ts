import { expect, it } from 'vitest';
import { installationReturn } from './installation-return.js';

it.each([
  ['https://github.com/settings/installations/1', 'https://github.com/settings/installations/1'],
  ['https://gist.github.com/a', 'https://gist.github.com/a'],
  [undefined, 'https://github.com/'],
  ['nonsense', 'https://github.com/'],
  ['http://github.com/', 'https://github.com/'],
  ['https://github.com.evil.example/', 'https://github.com/'],
  ['https://evilgithub.com/', 'https://github.com/'],
  ['https://github.com@evil.example/', 'https://github.com/'],
  ['javascript:alert(1)//github.com', 'https://github.com/'],
])('sends a browser that came from %j to %s', (referer, expected) => {
  expect(installationReturn(referer)).toBe(expected);
});

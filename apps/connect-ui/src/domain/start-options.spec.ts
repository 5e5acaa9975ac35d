import { describe, expect, it } from 'vitest';
import { startOptions } from './start-options.js';

const OWN = 'https://api.example.com';
const apiUrl = (asked: string, framed: boolean, own = OWN) =>
  startOptions(`?apiURL=${encodeURIComponent(asked)}`, own, framed).apiUrl;

describe('the API a page talks to', () => {
  it('is the configured one when nobody asks for another', () => {
    expect(startOptions('', `${OWN}/`, false).apiUrl).toBe(OWN);
  });

  it('is the one the page around it names', () => {
    expect(apiUrl('http://localhost:3003/base/', true)).toBe('http://localhost:3003/base');
  });

  it('is never a stranger that a link names', () => {
    expect(apiUrl('https://stranger.example', false)).toBe(OWN);
  });

  it('may be another path of the same origin in a link', () => {
    expect(apiUrl(`${OWN}/v2/`, false)).toBe(`${OWN}/v2`);
  });

  it('is the one a link names where none is configured', () => {
    expect(apiUrl('https://api.other.example', false, '')).toBe('https://api.other.example');
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc', 'not a url', '//api.example.com', ''])(
    'is no address such as %j',
    (asked) => {
      expect(apiUrl(asked, true)).toBe(OWN);
      expect(apiUrl(asked, true, '')).toBeUndefined();
    },
  );
});

it('reads everything else the address says', () => {
  const search = '?session_token=abc&detectClosedAuthWindow=true&lang=fr&theme=dark&embedded=true&preview=true';
  expect(startOptions(search, OWN, true)).toEqual({
    token: 'abc',
    apiUrl: OWN,
    detectClosed: true,
    language: 'fr',
    theme: 'dark',
    embedded: true,
    preview: true,
    framed: true,
  });
});

it('takes what it does not know for not said', () => {
  expect(startOptions('?session_token=&theme=pink&detectClosedAuthWindow=1', OWN, false)).toMatchObject({
    token: undefined,
    theme: undefined,
    detectClosed: false,
  });
});

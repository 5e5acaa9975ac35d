import { describe, expect, it } from 'vitest';
import { redirectOf } from './redirects.js';

const from = (method: string, forwardHeaders = false) => ({
  url: new URL('https://api.example.com/v1/things?page=2'),
  method,
  forwardHeaders,
  headers: {
    authorization: 'Bearer t',
    'x-api-key': 'k',
    accept: 'application/json',
    'content-type': 'text/plain',
    'x-mine': '1',
  },
});

describe('a redirect', () => {
  it('resolves against the address it came from', () => {
    expect(redirectOf(from('GET'), 302, '../v2/things')?.url.href).toBe('https://api.example.com/v2/things');
  });

  it('keeps every header on the same origin', () => {
    expect(redirectOf(from('GET'), 307, '/other')?.headers).toEqual(from('GET').headers);
  });

  it.each(['https://evil.com/', 'http://api.example.com/', 'https://api.example.com:8443/', '//evil.com/x'])(
    'to another origin, %s, leaves everything that proves who calls behind',
    (location) => {
      expect(redirectOf(from('GET'), 302, location)?.headers).toEqual({
        accept: 'application/json',
        'content-type': 'text/plain',
      });
    },
  );

  it('takes all headers along where that is asked for', () => {
    expect(redirectOf(from('GET', true), 302, 'https://other.example.com/')?.headers).toEqual(from('GET').headers);
  });

  it.each([
    [301, 'POST', 'GET', false],
    [302, 'POST', 'GET', false],
    [303, 'PUT', 'GET', false],
    [303, 'HEAD', 'HEAD', true],
    [301, 'DELETE', 'DELETE', true],
    [307, 'POST', 'POST', true],
    [308, 'PATCH', 'PATCH', true],
  ])('%i turns %s into %s', (status, method, expected, keepsBody) => {
    const redirect = redirectOf(from(method), status, '/x');
    expect([redirect?.method, redirect?.keepsBody]).toEqual([expected, keepsBody]);
    expect('content-type' in (redirect?.headers ?? {})).toBe(keepsBody);
  });

  it('is none without a place to go, or with another status', () => {
    expect(redirectOf(from('GET'), 302, undefined)).toBeUndefined();
    expect(redirectOf(from('GET'), 302, 'http://[')).toBeUndefined();
    expect(redirectOf(from('GET'), 304, '/x')).toBeUndefined();
    expect(redirectOf(from('GET'), 201, '/x')).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { keptHeaders } from './kept-headers.js';

describe('headers that are credentials', () => {
  it('are kept by their names, others are not', () => {
    const headers = { 'x-csrf-token': 'csrf', via: 'proxy', 'x-list': ['a', 'b'] };
    expect(keptHeaders(['X-CSRF-Token', 'x-list', 'x-absent'], headers)).toEqual({ 'X-CSRF-Token': 'csrf', 'x-list': 'a, b' });
    expect(keptHeaders(undefined, headers)).toEqual({});
  });

  it('are cookies each by its own name, and together as they are sent back', () => {
    const lines = ['JSESSIONID=abc=1; Path=/; HttpOnly', 'route = x ;Secure', 'old=1', 'old=2; Max-Age=0', 'no cookie', ''];
    expect(keptHeaders(['set-cookie'], { 'set-cookie': lines })).toEqual({
      JSESSIONID: 'abc=1',
      route: 'x',
      old: '2',
      _cookies: 'JSESSIONID=abc=1; route=x; old=2',
    });
    expect(keptHeaders(['Set-Cookie'], { 'set-cookie': 'a=b' })).toEqual({ a: 'b', _cookies: 'a=b' });
  });
});

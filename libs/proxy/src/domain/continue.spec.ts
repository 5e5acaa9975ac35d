import { describe, expect, it } from 'vitest';
import { withoutContinue } from './continue.js';

const without = (text: string) => withoutContinue(Buffer.from(text)).toString();

describe('the beginning of an answer', () => {
  it.each([
    ['HTTP/1.1 200 OK\r\n\r\n', 'HTTP/1.1 200 OK\r\n\r\n'],
    ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n', 'HTTP/1.1 200 OK\r\n\r\n'],
    ['HTTP/1.0 100\r\nX: y\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\n\r\n', 'HTTP/1.1 103 Hints\r\n\r\n'],
    ['HTTP/1.1 100 Continue\r\n\r\n', ''],
    ['HTTP/1.1 1000 Odd\r\n\r\n', 'HTTP/1.1 1000 Odd\r\n\r\n'],
    ['HTTP/1.1 100 Conti', 'HTTP/1.1 100 Conti'],
    ['', ''],
  ])('%j is %j without 100 Continue', (bytes, rest) => expect(without(bytes)).toBe(rest));
});

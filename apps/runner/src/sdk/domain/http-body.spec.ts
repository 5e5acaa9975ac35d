import { describe, expect, it } from 'vitest';
import { renderBody } from './http-body.js';

describe('a body', () => {
  it.each([
    [{ json: { a: [1, 'ü'] } }, undefined, '{"a":[1,"ü"]}', 'application/json'],
    [
      { json: { a: 1, b: ['x', 'y'] } },
      'application/x-www-form-urlencoded',
      'a=1&b%5B%5D=x&b%5B%5D=y',
      'application/x-www-form-urlencoded',
    ],
    [{ form: 'a=1' }, undefined, 'a=1', 'application/x-www-form-urlencoded;charset=utf-8'],
    [{ text: '{"a":1}' }, 'application/json', '{"a":1}', 'application/json'],
    [{ text: 'hello' }, 'application/json; charset=utf-8', '"hello"', 'application/json; charset=utf-8'],
    [{ text: '<a/>' }, 'text/xml', '<a/>', 'text/xml'],
  ])('%j of type %s is sent as %s', (body, given, sent, contentType) => {
    expect(renderBody(body, given)).toEqual({ body: sent, contentType });
  });

  it('of bytes is sent as bytes', () => {
    expect(renderBody({ bytes: 'AAH/' }, undefined)).toEqual({
      body: Buffer.from([0, 1, 255]),
      contentType: 'application/octet-stream',
    });
  });

  it('of fields becomes multipart where the author says so', () => {
    const { body, contentType } = renderBody({ json: { name: 'x', tags: ['a', 'b'], at: { n: 1 } } }, 'multipart/form-data');
    const boundary = contentType.split('boundary=')[1];
    const part = (name: string, value: string) =>
      `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    expect(body).toBe(`${part('name', 'x')}${part('tags', 'a')}${part('tags', 'b')}${part('at', '{"n":1}')}--${boundary}--\r\n`);
  });
});

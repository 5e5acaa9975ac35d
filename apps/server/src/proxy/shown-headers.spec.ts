import { expect, it } from 'vitest';
import { shownHeaders } from './shown-headers.js';

const NAMES = ['content-type', 'content-length', 'x-request-id', 'mcp-session-id', 'x-ratelimit-remaining', 'etag', 'set-cookie'];
const shown = (status: number, headers: Record<string, string>, all = false) =>
  NAMES.filter(shownHeaders({ status, headers }, all)).length;

it.each([
  ['an answer that went well', 200, {}, 4],
  ['a redirect handed on', 304, {}, 4],
  ['a stream', 200, { 'transfer-encoding': 'chunked' }, 7],
  ['a file', 200, { 'content-disposition': 'attachment; filename="a"' }, 7],
  ['a refusal', 429, {}, 7],
])('shows of %s what the contract lists', (_what, status, headers, count) => {
  expect(shown(status, headers)).toBe(count);
});

it('shows everything unless told otherwise', () => {
  expect(shown(200, {}, true)).toBe(NAMES.length);
});

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { S3Store } from './s3-store.js';

/** As much of S3 as the store speaks: objects by path, listed two at a time. */
const objects = new Map<string, string>();
let server: Server;
let store: S3Store;

function listed(prefix: string, token: string | null): string {
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).toSorted();
  const from = Number(token ?? 0);
  const more = from + 2 < keys.length ? `<NextContinuationToken>${from + 2}</NextContinuationToken>` : '';
  const contents = keys.slice(from, from + 2).map((key) => `<Contents><Key>${key}</Key></Contents>`);
  return `<ListBucketResult><IsTruncated>${more !== ''}</IsTruncated>${contents.join('')}${more}</ListBucketResult>`;
}

beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://s3');
    const key = pathname.slice('/bucket/'.length);
    void text(request).then((body) => {
      if (request.method === 'PUT') objects.set(key, body);
      else if (request.method === 'DELETE') objects.delete(key);
      else if (searchParams.has('list-type'))
        return response.end(listed(searchParams.get('prefix') ?? '', searchParams.get('continuation-token')));
      else if (objects.has(key)) return response.end(objects.get(key));
      else return response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
      return response.writeHead(request.method === 'PUT' ? 200 : 204).end();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  store = new S3Store('bucket', 'us-east-1', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

it('lists a folder to its end, and deletes what is there and what is not', async () => {
  const keys = ['1', '2', '3', '4', '5'].map((name) => `code/0a/${name}`);
  for (const key of [...keys, 'code/0b/6']) await store.put(key, 'x');
  const names = async () => {
    const found: string[] = [];
    for await (const key of store.keysIn('code/0a')) found.push(key);
    return found.toSorted();
  };
  expect(await names()).toEqual(keys);
  await store.delete('code/0a/3');
  await store.delete('code/0a/3');
  expect(await names()).toEqual(keys.filter((key) => key !== 'code/0a/3'));
  expect([await store.get('code/0a/3'), (await store.get('code/0b/6')) !== null]).toEqual([null, true]);
});

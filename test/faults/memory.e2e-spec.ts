import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type Stack } from '#libs/testing';
import { Api, connect } from '../e2e/support/api.js';
import { Customer } from './customer.js';
import { growthDuring } from './resident-memory.js';

/** A gibibyte passes, with a side that dawdles, and the server holds no more of it than one moment needs. */
const MB = 1024 ** 2;
const BYTES = 1024 * MB;
const PIECE = Buffer.alloc(MB / 4, 'abcdefgh');
/** What the system's buffers of two connections take, which grow up to 33 MB each way on Linux. */
const ON_THE_WAY_MB = 128;
/** Much less than what passes; garbage that is not collected yet takes most of it. */
const GROWTH_MB = 160;
const DAWDLES_MS = 500;
/** A gzip file of as many members as make a gibibyte: small, and huge once it is decoded. */
const BOMB_PART = gzipSync(Buffer.alloc(64 * MB));
const BOMB = Buffer.concat(Array.from({ length: BYTES / (64 * MB) }, () => BOMB_PART));

let stack: Stack;
let customer: Customer;
let serve: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
const upstream = createServer((request, response) => void serve(request, response));

beforeAll(async () => {
  await new Promise<void>((resolve) => void upstream.listen(0, '127.0.0.1', resolve));
  stack = await startStack();
  const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  customer = new Customer(stack, await connect(new Api(stack), 'large', url), 60_000);
  serve = async (_request, response) => void response.end('warm');
  for (let n = 0; n < 50; n += 1) await customer.call('/warm');
});
afterAll(async () => {
  customer.agent.destroy();
  await stack.stop();
  upstream.closeAllConnections();
  upstream.close();
});

/** Writes a gibibyte as fast as it is taken. */
async function writeAll(to: Writable, onSent: (sent: number) => void): Promise<void> {
  for (let sent = 0; sent < BYTES; onSent((sent += PIECE.length))) if (!to.write(PIECE)) await once(to, 'drain');
  to.end();
}

/** Reads nothing for a while, in which the other side must come to a halt; then everything. */
async function dawdleThenCount(from: IncomingMessage, sent: () => number): Promise<number> {
  let halted = -1;
  for (; halted !== sent(); await delay(DAWDLES_MS)) halted = sent();
  expect(halted).toBeLessThan(ON_THE_WAY_MB * MB);
  return count(from);
}

async function count(from: IncomingMessage): Promise<number> {
  let bytes = 0;
  from.on('data', (chunk: Buffer) => void (bytes += chunk.length));
  await once(from, 'end');
  return bytes;
}

const expectConstantMemory = async (work: () => Promise<void>) =>
  expect(await growthDuring(stack.pidOf('server'), work)).toBeLessThan(GROWTH_MB);

describe('constant memory:', () => {
  it.each([
    ['of known length', { 'content-length': String(BYTES) }],
    ['in chunks', {}],
  ])('a download %s', async (_how, headers) => {
    let sent = 0;
    serve = async (_request, response) => writeAll(response.writeHead(200, headers), (bytes) => void (sent = bytes));
    await expectConstantMemory(async () => {
      const [response] = (await once(customer.open('/x').end(), 'response')) as [IncomingMessage];
      expect(await dawdleThenCount(response, () => sent)).toBe(BYTES);
    });
  });

  it('a small download that decodes to a large one', async () => {
    serve = async (_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(BOMB);
    await expectConstantMemory(async () => {
      const request = customer.open('/x', { headers: { decompress: 'true' } }).end();
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      await delay(DAWDLES_MS);
      expect(await count(response)).toBe(BYTES);
    });
  });

  it.each([
    ['of known length', { 'content-length': String(BYTES) }],
    ['in chunks', {}],
    ['that could have been made again', { retries: '1' }],
  ])('an upload %s', async (_how, headers: Record<string, string>) => {
    let sent = 0;
    const received = new Promise<number>((resolve, reject) => {
      serve = async (request, response) => {
        await dawdleThenCount(request, () => sent).then(resolve, reject);
        response.end();
      };
    });
    await expectConstantMemory(async () => {
      const request = customer.open('/x', { method: 'POST', headers });
      const answered = once(request, 'response') as Promise<[IncomingMessage]>;
      const written = writeAll(request, (bytes) => void (sent = bytes));
      expect(await received).toBe(BYTES);
      await written;
      expect((await answered)[0].resume().statusCode).toBe(200);
    });
  });
});

import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Catalogue } from './catalogue.js';
import { CatalogueFeed } from './catalogue-feed.js';
import { buildCatalogue } from './domain/build-catalogue.js';
import { catalogueFile } from './domain/catalogue-file.js';
import { ProvidersModule } from './providers.module.js';

const entry = (name: string) => ({ display_name: name, docs: 'https://example.com', auth_mode: 'NONE' });

let server: Server;
let url: string;
let answer: { status: number; body: string | Buffer };
let requests: number;
let authorization: string | undefined;
let logged: string[];

beforeEach(async () => {
  answer = { status: 200, body: JSON.stringify({ mine: entry('First') }) };
  requests = 0;
  logged = [];
  authorization = undefined;
  server = createServer((request, response) => {
    requests += 1;
    authorization = request.headers.authorization;
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/providers.json`;
  for (const level of ['warn', 'log', 'error'] as const) {
    vi.spyOn(Logger.prototype, level).mockImplementation((message: unknown) => void logged.push(`${level}: ${String(message)}`));
  }
});
afterEach(async () => {
  vi.restoreAllMocks();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** A catalogue of one entry below what the address says. */
const feedOf = (address = url) => {
  const files = [catalogueFile('own', { twilio: entry('Twilio') })];
  const catalogue = new Catalogue(buildCatalogue(files).providers, files);
  return { catalogue, feed: new CatalogueFeed(catalogue, address, 1_000_000) };
};
const warnings = () => logged.filter((line) => line.startsWith('warn'));

describe('a catalogue at an address', () => {
  it('is put on top of the built-in one, and replaced when it says something new', async () => {
    const { catalogue, feed } = feedOf();
    await feed.refresh();
    const first = catalogue.get('mine');
    expect([first?.display_name, catalogue.get('twilio')?.name]).toEqual(['First', 'twilio']);
    answer.body = JSON.stringify({ mine: entry('Second'), twilio: { alias: 'mine' } });
    await feed.refresh();
    expect([catalogue.get('mine')?.display_name, catalogue.get('twilio')?.display_name]).toEqual(['Second', 'Second']);
    expect(first?.display_name).toBe('First');
    answer.body = '{}';
    await feed.refresh();
    expect([catalogue.get('mine'), catalogue.get('twilio')?.display_name]).toEqual([undefined, 'Twilio']);
  });

  it('is left alone while it says the same', async () => {
    const { catalogue, feed } = feedOf();
    await feed.refresh();
    const { version } = catalogue;
    await feed.refresh();
    expect([requests, catalogue.version]).toEqual([2, version]);
  });

  it.each([
    ['no JSON', 200, '{"mine": '],
    ['no map', 200, '["mine"]'],
    ['an error', 503, '{}'],
    ['too much', 200, Buffer.alloc(32 * 1024 * 1024 + 1, ' ')],
  ])('that answers with %s costs nothing, and is logged once', async (_what, status, body) => {
    const { catalogue, feed } = feedOf();
    await feed.refresh();
    const good = answer;
    answer = { status, body };
    await feed.refresh();
    await feed.refresh();
    expect(catalogue.get('mine')?.display_name).toBe('First');
    expect(warnings()).toHaveLength(1);
    expect(warnings()[0]).toContain('PROVIDERS_URL cannot be read');
    answer = good;
    await feed.refresh();
    expect(logged.at(-1)).toBe('log: PROVIDERS_URL can be read again');
  });

  it('is asked with the name and password that its address names', async () => {
    const { catalogue, feed } = feedOf(url.replace('//', '//ann:p%40ss@'));
    await feed.refresh();
    expect(authorization).toBe(`Basic ${Buffer.from('ann:p@ss').toString('base64')}`);
    expect(catalogue.get('mine')?.display_name).toBe('First');
  });

  it('loses the entry that is wrong, by name', async () => {
    answer.body = JSON.stringify({ mine: entry('Mine'), odd: { ...entry('Odd'), colour: 'red' } });
    const { catalogue, feed } = feedOf();
    await feed.refresh();
    expect([catalogue.get('mine')?.display_name, catalogue.get('odd')]).toEqual(['Mine', undefined]);
    expect(warnings()).toEqual([
      'warn: left out of the provider catalogue: PROVIDERS_URL: odd: colour: there is no such field: correct its name or remove it',
    ]);
  });
});

describe('a process with PROVIDERS_URL', { timeout: 20_000 }, () => {
  const start = async (reloadEveryMs: number) => {
    const module = await Test.createTestingModule({
      imports: [ProvidersModule.forRoot({ path: undefined, url, reloadEveryMs })],
    }).compile();
    return module.init();
  };

  it('has its entries before it serves, follows them, and stops asking when it shuts down', async () => {
    const app = await start(1);
    const catalogue = app.get(Catalogue);
    expect(catalogue.get('mine')?.display_name).toBe('First');
    answer.body = JSON.stringify({ mine: entry('Second') });
    await expect.poll(() => catalogue.get('mine')?.display_name, { timeout: 10_000 }).toBe('Second');
    await app.close();
    await fetch(url); // what was on its way when it shut down has come by then
    const asked = requests;
    const ours = 20;
    for (let n = 0; n < ours; n += 1) await fetch(url);
    expect(requests).toBe(asked + ours);
  });

  it('starts with the built-in entries where nobody answers', async () => {
    await new Promise((resolve) => server.close(resolve));
    const app = await start(1_000_000);
    expect(app.get(Catalogue).get('twilio')?.name).toBe('twilio');
    expect(warnings()).toHaveLength(1);
    expect(warnings()[0]).toMatch(/ECONNREFUSED/);
    await app.close();
  });

  it('gives up waiting for an answer when it shuts down', async () => {
    const app = await start(1);
    server.removeAllListeners('request');
    const asked = new Promise((resolve) => server.once('request', resolve));
    await asked;
    await app.close();
    expect(warnings()).toEqual([]);
  });
});

import { Module } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningApp, startHttpApp } from '#libs/http';
import { loggerModule } from '#libs/observability';
import { Catalogue, ProvidersModule } from '#libs/providers';
import { registerHttpEdge } from '../http-edge.js';
import { LogosModule } from '../logos/logos.module.js';
import { ProvidersApiModule } from './providers-api.module.js';

@Module({})
class TestModule {}

let server: RunningApp;
beforeAll(async () => {
  const imports = [
    loggerModule('server', 'silent'),
    ProvidersModule.forRoot({ path: undefined }),
    ProvidersApiModule.forRoot('https://fairlead.example/'),
    LogosModule,
  ];
  const options = { host: '127.0.0.1', port: 0, bodyLimitBytes: 1000, shutdownDelayMs: 0, configure: registerHttpEdge };
  server = await startHttpApp({ module: TestModule, imports }, options);
});
afterAll(() => server.close());

const get = (path: string, headers: Record<string, string> = {}) => fetch(server.url + path, { headers });
const json = async <Body>(path: string, headers?: Record<string, string>): Promise<Body> =>
  (await (await get(path, headers)).json()) as Body;

const failure = async (path: string) => {
  const answer = await get(path);
  return [answer.status, ((await answer.json()) as { error: { code: string } }).error.code];
};

interface Shown {
  readonly name: string;
  readonly credentials: { readonly apiKey: { readonly title: string } };
}

describe('GET /providers/{provider}', () => {
  it('shows the entry with its key and the address of its logo', async () => {
    const { data } = await json<{ data: Shown }>('/providers/openai');
    expect(data).toMatchObject({
      name: 'openai',
      display_name: 'OpenAI',
      logo_url: 'https://fairlead.example/images/template-logos/openai.svg',
      credentials: { apiKey: { title: 'API key' } },
    });
  });

  it('speaks the language of the caller', async () => {
    const answer = await get('/providers/openai', { 'accept-language': 'ja, de-AT;q=0.9' });
    expect(answer.headers.get('vary')).toBe('Accept-Language');
    expect(((await answer.json()) as { data: Shown }).data.credentials.apiKey.title).toBe('API-Schlüssel');
    const titles = await Promise.all(
      ['fr', 'es', 'en'].map(async (language) => {
        const { data } = await json<{ data: Shown[] }>('/providers?search=openai', { 'accept-language': language });
        return data.find(({ name }) => name === 'openai')?.credentials.apiKey.title;
      }),
    );
    expect(titles).toEqual(['Clé API', 'Clave API', 'API key']);
  });

  it('says that there is none', async () => {
    expect(await failure('/providers/nobody')).toEqual([404, 'not_found']);
  });
});

describe('GET /providers.json', () => {
  it('is the whole catalogue by key, sent again only when it changed', async () => {
    const answer = await get('/providers.json');
    const etag = answer.headers.get('etag')!;
    const entries = (await answer.json()) as Record<string, object>;
    expect(Object.keys(entries)).toEqual(
      server.app
        .get(Catalogue)
        .all()
        .map(({ name }) => name),
    );
    expect(entries['twilio']).not.toHaveProperty('name');
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const again = await get('/providers.json', { 'if-none-match': known });
      expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, '']);
    }
    expect((await get('/providers.json', { 'if-none-match': '"x"' })).status).toBe(200);
  });

  it('changes with the catalogue', async () => {
    const before = (await get('/providers.json')).headers.get('etag');
    const entry = { display_name: 'Mine', docs: 'https://example.com', auth_mode: 'NONE' };
    const catalogue = server.app.get(Catalogue);
    catalogue.overlay({ name: 'test', entries: [['mine', entry]], problems: [] });
    expect((await json<Record<string, object>>('/providers.json'))['mine']).toEqual(entry);
    expect((await get('/providers.json')).headers.get('etag')).not.toBe(before);
  });
});

describe('GET /images/template-logos/{file}', () => {
  const logo = async (name: string) => {
    const answer = await get(`/images/template-logos/${name}.svg`);
    return { answer, svg: await answer.text() };
  };

  it('is the icon of the brand in its colour', async () => {
    const { answer, svg } = await logo('stripe-api-key');
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/svg+xml',
      'cache-control': 'public, max-age=86400',
      'x-content-type-options': 'nosniff',
    });
    expect(svg).toMatch(/^<svg fill="#635BFF" .*<title>Stripe<\/title>/);
    const again = await get('/images/template-logos/stripe-api-key.svg', { 'if-none-match': answer.headers.get('etag')! });
    expect(again.status).toBe(304);
  });

  it("is the catalogue's own where it has one, and a letter where nobody has one", async () => {
    expect((await logo('private-api-bearer')).svg).toContain('<title>Private API (Bearer Auth)</title>');
    expect((await logo('twilio')).svg).toContain('>T</text>');
  });

  it('is there for every provider', async () => {
    for (const { name } of server.app.get(Catalogue).all()) expect((await logo(name)).svg).toMatch(/^<svg .*<\/svg>\s*$/s);
  });

  it.each([
    'nobody.svg',
    'twilio',
    'twilio.png',
    '..%2f..%2fpackage.json',
    '%2e%2e%2ftwilio.svg',
    'twilio.svg%00',
    `${'a'.repeat(255)}.svg`,
  ])('is not there for %s', async (file) => {
    expect(await failure(`/images/template-logos/${file}`)).toEqual([404, 'not_found']);
  });
});

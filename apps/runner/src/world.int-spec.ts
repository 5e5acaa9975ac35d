import { constants, generateKeyPairSync } from 'node:crypto';
import { createRequire } from 'node:module';
import { compileFunction } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '#libs/testing';
import { failureOf, outputOf, startTestRunner, type TestRunner } from './test-runner.js';

/** What functions find inside of an isolate, beside what the same code finds in Node. */
let runner: TestRunner<Upstream>;

beforeAll(async () => {
  runner = await startTestRunner(await startUpstream());
});
afterAll(() => runner.close());

/** An error is a result too: its name, code and message. */
const telling = (body: string): string => `
  const shown = (e) => ({ name: e.name, code: e.code ?? null, message: e.message, isError: e instanceof Error });
  const tried = (work) => { try { return work() } catch (e) { return shown(e) } };
  ${body}`;

const node = createRequire(import.meta.url);
const requireInNode = (name: string): unknown => node(name === 'zod' ? 'zod-functions' : name);

async function inNode(body: string): Promise<unknown> {
  const run = compileFunction(`return (async () => { ${telling(body)} })()`, ['require']) as (
    require: (name: string) => unknown,
  ) => Promise<unknown>;
  return JSON.parse(JSON.stringify((await run(requireInNode)) ?? null)) as unknown;
}

async function agrees(body: string): Promise<void> {
  const [inside, outside] = await Promise.all([runner.run(telling(body)), inNode(body)]);
  expect(outputOf(inside)).toEqual(outside);
}

const rsa = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open' },
});
const ec = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'sec1', format: 'pem' },
});
const ed = generateKeyPairSync('ed25519', {
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

const CRYPTO = `const crypto = require('node:crypto');
  const rsa = ${JSON.stringify(rsa)}, ec = ${JSON.stringify(ec)}, ed = ${JSON.stringify(ed)};`;

const CARD = 'application/vnd.microsoft.card';
const CardTypes = { hero: `${CARD}.hero`, thumbnail: `${CARD}.thumbnail`, signin: `${CARD}.signin` };

describe('crypto does what Node’s does:', () => {
  it.each([
    `return ['md5', 'sha1', 'sha256', 'sha512', 'sha3-256', 'ripemd160'].map((name) => crypto.createHash(name).update('ü').update(Buffer.from([0, 255])).digest('hex'))`,
    `const hash = crypto.createHash('sha256').update('a'); const copy = hash.copy().update('b');
     return [hash.digest('base64'), copy.digest('base64url'), tried(() => hash.digest()), tried(() => hash.update('x')), tried(() => hash.copy())]`,
    `return [tried(() => crypto.createHash('nope')), tried(() => crypto.createHash(5)), tried(() => crypto.createHash('sha256').update(5)), tried(() => crypto.createHmac('nope', 'k')), tried(() => crypto.createHmac('sha256', undefined))]`,
    `return ['key', Buffer.from('key'), new Uint8Array([1, 2]), new Uint16Array([1, 2]), new DataView(new ArrayBuffer(2)), crypto.createSecretKey(Buffer.from('key'))].map((key) => crypto.createHmac('sha256', key).update('x').digest('hex'))`,
    `const mac = crypto.createHmac('sha1', 'k').update('ff', 'hex'); return [mac.digest('hex'), mac.digest('hex'), tried(() => mac.update('x')), mac.constructor.name]`,
    `return [crypto.createHash('shake128', { outputLength: 8 }).update('x').digest('hex'), crypto.hash('sha1', 'x'), Buffer.isBuffer(crypto.createHash('md5').digest())]`,
    `return [crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('a')), crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('b')), tried(() => crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('ab')))]`,
    `return [crypto.randomUUID().length, crypto.randomBytes(8).length, tried(() => crypto.randomInt(5, 5)), crypto.randomInt(7, 8), await new Promise((done) => crypto.randomBytes(3, (e, bytes) => done([e, bytes.length])))]`,
    `return [crypto.pbkdf2Sync('p', 's', 1000, 32, 'sha512').toString('hex'), crypto.scryptSync('p', 's', 32).toString('hex'), crypto.scryptSync('p', 's', 16, { N: 1024 }).toString('hex'), Buffer.from(crypto.hkdfSync('sha256', 'k', 's', 'i', 42)).toString('hex'), tried(() => crypto.pbkdf2Sync('p', 's', 1, 32, 'nope'))]`,
    `return [await new Promise((done) => crypto.pbkdf2('p', 's', 10, 8, 'sha1', (e, key) => done([e, key.toString('hex')]))), await new Promise((done) => crypto.scrypt('p', 's', 8, (e, key) => done([e, key.toString('hex')])))]`,
    `const signature = crypto.createSign('RSA-SHA256').update('data').sign({ key: rsa.privateKey, passphrase: 'open' }, 'base64');
     return [signature, crypto.createVerify('RSA-SHA256').update('data').verify(rsa.publicKey, signature, 'base64'), crypto.createVerify('RSA-SHA256').update('other').verify(rsa.publicKey, signature, 'base64')]`,
    `const pss = { key: rsa.privateKey, passphrase: 'open', padding: ${constants.RSA_PKCS1_PSS_PADDING}, saltLength: 32 };
     const signature = crypto.createSign('sha256').update('d').sign(pss);
     return [signature.length, crypto.createVerify('sha256').update('d').verify({ key: rsa.publicKey, padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }, signature)]`,
    `const signed = crypto.sign('sha256', Buffer.from('d'), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' });
     return [signed.length, crypto.verify('sha256', Buffer.from('d'), { key: ec.publicKey, dsaEncoding: 'ieee-p1363' }, signed), crypto.sign(null, Buffer.from('d'), ed.privateKey).toString('hex')]`,
    `return [tried(() => crypto.createSign('nope')), tried(() => crypto.createSign('sha256').update('d').sign({ key: rsa.privateKey, passphrase: 'wrong' })).name, tried(() => crypto.createSign('sha256').update('d').sign('no key')).code]`,
    `const key = crypto.createPrivateKey({ key: rsa.privateKey, passphrase: 'open' }); const pub = crypto.createPublicKey(rsa.publicKey);
     return [key.type, key.asymmetricKeyType, pub.type, pub.export({ format: 'jwk' }), pub.export({ format: 'pem', type: 'spki' }) === rsa.publicKey, pub.asymmetricKeyDetails.modulusLength, crypto.createSign('sha1').update('x').sign(key, 'hex')]`,
    `const sealed = crypto.publicEncrypt(rsa.publicKey, Buffer.from('secret')); return crypto.privateDecrypt({ key: rsa.privateKey, passphrase: 'open' }, sealed).toString()`,
    `const key = Buffer.alloc(32, 1), iv = Buffer.alloc(16, 2); const c = crypto.createCipheriv('aes-256-cbc', key, iv);
     const parts = [c.update('hello world, this is long', 'utf8', 'hex'), c.update('more', 'utf8', 'hex'), c.final('hex')];
     const d = crypto.createDecipheriv('aes-256-cbc', key, iv); return [parts, d.update(parts.join(''), 'hex', 'utf8') + d.final('utf8'), tried(() => c.final()).name]`,
    `const key = Buffer.alloc(32, 1), iv = Buffer.alloc(12, 2); const c = crypto.createCipheriv('aes-256-gcm', key, iv); c.setAAD(Buffer.from('aad'));
     const text = c.update('hello', 'utf8', 'base64') + c.final('base64'); const tag = c.getAuthTag();
     const d = crypto.createDecipheriv('aes-256-gcm', key, iv); d.setAAD(Buffer.from('aad')).setAuthTag(tag);
     const bad = crypto.createDecipheriv('aes-256-gcm', key, iv); bad.setAAD(Buffer.from('other')); bad.setAuthTag(tag); bad.update(text, 'base64');
     return [text, tag.toString('hex'), d.update(text, 'base64', 'utf8') + d.final('utf8'), tried(() => bad.final())]`,
    `return [tried(() => crypto.createCipheriv('aes-256-cbc', Buffer.alloc(3), Buffer.alloc(16))), tried(() => crypto.createCipheriv('nope', Buffer.alloc(3), null)), crypto.getHashes().includes('sha256'), crypto.getCiphers().includes('aes-256-gcm')]`,
    `const { subtle } = crypto.webcrypto; const hex = (b) => Buffer.from(b).toString('hex'); const data = new TextEncoder().encode('data');
     const mac = await subtle.importKey('raw', Buffer.from('key'), { name: 'hmac', hash: 'SHA-256' }, false, ['sign', 'verify']);
     const tag = await subtle.sign('HMAC', mac, data);
     return [hex(await subtle.digest('SHA-256', data)), hex(await subtle.digest({ name: 'sha-1' }, data.buffer)), hex(tag), tag instanceof ArrayBuffer, await subtle.verify('HMAC', mac, tag, data), await subtle.verify('HMAC', mac, tag, Buffer.from('x')), mac.type, mac.algorithm, mac.usages, mac.extractable, mac.constructor.name, crypto.subtle === subtle]`,
    `const { subtle } = crypto.webcrypto; const der = (pem) => Buffer.from(pem.replace(/-----[^-]+-----|\\s/g, ''), 'base64'); const data = Buffer.from('d');
     const pkcs8 = crypto.createPrivateKey({ key: rsa.privateKey, passphrase: 'open' }).export({ format: 'der', type: 'pkcs8' });
     const jwk = crypto.createPrivateKey({ key: rsa.privateKey, passphrase: 'open' }).export({ format: 'jwk' });
     const of = { name: 'RSASSA-PKCS1-v1_5', hash: { name: 'SHA-256' } };
     const [own, same] = [await subtle.importKey('pkcs8', pkcs8, of, true, ['sign']), await subtle.importKey('jwk', jwk, of, false, ['sign'])];
     const pub = await subtle.importKey('spki', der(rsa.publicKey), of, true, ['verify']);
     const signature = Buffer.from(await subtle.sign(of.name, own, data)).toString('base64');
     return [signature, Buffer.from(await subtle.sign(of.name, same, data)).toString('base64') === signature, await subtle.verify(of.name, pub, Buffer.from(signature, 'base64'), data), Buffer.from(await subtle.exportKey('pkcs8', own)).equals(pkcs8), own.type, pub.type]`,
    `const { subtle } = crypto.webcrypto; const data = Buffer.from('d'); const of = { name: 'ECDSA', namedCurve: 'P-256' };
     const key = crypto.createPrivateKey(ec.privateKey); const own = await subtle.importKey('pkcs8', key.export({ format: 'der', type: 'pkcs8' }), of, false, ['sign']);
     const pub = await subtle.importKey('jwk', crypto.createPublicKey(ec.publicKey).export({ format: 'jwk' }), of, true, ['verify']);
     const signature = await subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, own, data);
     return [signature.byteLength, await subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, pub, signature, data), await subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, pub, signature, Buffer.from('x'))]`,
    `const { subtle } = crypto.webcrypto; const hex = (b) => Buffer.from(b).toString('hex'); const iv = Buffer.alloc(12, 1);
     const key = await subtle.importKey('raw', Buffer.alloc(32, 2), 'AES-GCM', true, ['encrypt', 'decrypt']); const additionalData = Buffer.from('aad');
     const sealed = await subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, key, Buffer.from('hello'));
     const cbc = await subtle.importKey('raw', Buffer.alloc(16, 2), { name: 'AES-CBC' }, false, ['encrypt', 'decrypt']); const block = await subtle.encrypt({ name: 'AES-CBC', iv: Buffer.alloc(16) }, cbc, Buffer.from('hello'));
     const failed = await subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed).catch((e) => [e.name, e instanceof DOMException]);
     return [hex(sealed), Buffer.from(await subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, key, sealed)).toString(), hex(block), Buffer.from(await subtle.decrypt({ name: 'AES-CBC', iv: Buffer.alloc(16) }, cbc, block)).toString(), failed, hex(await subtle.exportKey('raw', key)), key.algorithm]`,
    `const { subtle } = crypto.webcrypto; const hex = (b) => Buffer.from(b).toString('hex');
     const pass = await subtle.importKey('raw', Buffer.from('p'), 'PBKDF2', false, ['deriveBits', 'deriveKey']); const how = { name: 'PBKDF2', hash: 'SHA-256', salt: Buffer.from('s'), iterations: 10 };
     const key = await subtle.deriveKey(how, pass, { name: 'AES-GCM', length: 256 }, true, ['encrypt']); const own = await subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, ['encrypt']);
     return [hex(await subtle.deriveBits(how, pass, 256)), hex(await subtle.exportKey('raw', key)), (await subtle.exportKey('raw', own)).byteLength, crypto.webcrypto.getRandomValues(new Uint8Array(4)).length, crypto.webcrypto.randomUUID().length]`,
    `const { subtle } = crypto.webcrypto; const key = await subtle.importKey('raw', Buffer.from('key'), { name: 'HMAC', hash: 'SHA-1' }, false, ['sign']); const name = (e) => [e.name, e instanceof DOMException];
     return [await subtle.exportKey('raw', key).catch(name), await subtle.verify('HMAC', key, Buffer.from('x'), Buffer.from('y')).catch(name), await subtle.digest('SHA-7', Buffer.from('y')).catch(name), await subtle.sign({ name: 'RSA-PSS', saltLength: 32 }, key, Buffer.from('y')).catch(name)]`,
  ])('%s', (body) => agrees(`${CRYPTO} ${body}`));
});

describe('URLs are Node’s:', () => {
  it.each([
    `const u = new URL('https://ü:p%40@example.com:8080/a/../b?x=1&y=%zz#h'); return [u, u.host, u.origin, u.pathname, u.username, [...u.searchParams], u.constructor.name, String(u), Object.prototype.toString.call(u)]`,
    `const u = new URL('/x?a=1', 'http://h'); const p = u.searchParams; p.append('b', 'ü &'); u.search = '?c=3'; p.set('d', '4'); u.hash = 'z'; u.port = '81'; return [u.href, p === u.searchParams, [...p], p.size]`,
    `return [tried(() => new URL('nope')), tried(() => new URL()), URL.canParse('a:b'), URL.canParse('x'), URL.parse('x'), URL.parse('y', 'http://h').href, tried(() => { new URL('a:b').href = 'x' })]`,
    `return ['a=1&b=%E4%BD&c=%ff+x&&d', '?q=%F0%9F%98%80', { a: 1, b: undefined }, [['x', 'y'], ['x', 'z']], new Map([['m', 'n']])].map((init) => String(new URLSearchParams(init)))`,
    `return [tried(() => new URLSearchParams([['a']])), tried(() => new URLSearchParams([1])), String(new URLSearchParams("a!'()*~ -._"))]`,
    `const p = new URLSearchParams('b=1&a=2&b=3'); p.sort(); p.delete('b', '3'); return [String(p), p.has('b'), p.has('b', '9'), p.getAll('b'), [...p.keys()], [...p.values()], p.get('none'), Object.prototype.toString.call(p), p.constructor.name]`,
    `const url = require('url'); const p = url.parse('http://u:p@h.com:80/p/a?q=1&q=2#f', true); return [p, p.query.q, p.constructor.name, url.parse('//h/x', false, true).host, tried(() => url.parse(5))]`,
    `const url = require('node:url'); return [url.resolve('http://a/b/c', '../d'), url.format({ protocol: 'https', host: 'h', pathname: '/p', query: { a: [1, 2] } }), url.format(new URL('http://ü.de/?a#b'), { fragment: false, unicode: true }), url.domainToASCII('ü.de'), url.domainToUnicode('xn--tda.de')]`,
    `const url = require('url'); return [url.fileURLToPath('file:///a%20b'), url.pathToFileURL('/x y').href, tried(() => url.fileURLToPath('http://x')), url.urlToHttpOptions(new URL('http://a:b@[::1]:81/x?y')), url.URL === URL, url.URLSearchParams === URLSearchParams]`,
  ])('%s', (body) => agrees(body));
});

describe('text is as in Node:', () => {
  it.each([
    `return [...new TextEncoder().encode('aü😀\\ud800')]`,
    `const b = Uint8Array.from([0xef, 0xbb, 0xbf, 0xc3, 0xbc, 0xff]); return [new TextDecoder().decode(b), new TextDecoder('utf8', { ignoreBOM: true }).decode(b), tried(() => new TextDecoder('utf-8', { fatal: true }).decode(b)).code]`,
    `const b = Uint8Array.from([0x41, 0, 0x3d, 0xd8, 0x00, 0xde]); return [new TextDecoder('utf-16le').decode(b), new TextDecoder('utf-16be').decode(b), new TextDecoder('latin1').decode(Uint8Array.from([0x80, 0xe4])), new TextDecoder('latin1').encoding]`,
    `const d = new TextDecoder(); return [d.decode(Uint8Array.from([0xf0, 0x9f]), { stream: true }), d.decode(Uint8Array.from([0x98, 0x80]), { stream: true }), d.decode(), tried(() => new TextDecoder('nope'))]`,
    `const b = Buffer.alloc(8); return [b.write('aGk', 'base64url'), b.toString('utf8', 0, 2), b.write('é', 2, 'utf8'), b.write('_-8', 4, 3, 'base64url'), b.toString('hex'), b.fill('6162', 'hex').toString(), b.fill('YQ', 1, 3, 'base64url').toString(), Buffer.from('hiho').indexOf('aG8', 'base64url'), Buffer.from('hihi').lastIndexOf('aGk', undefined, 'base64url'), Buffer.from('hi').includes('aGk', 0, 'base64url'), Buffer.alloc(3, 'aGk', 'base64url').toString()]`,
    `const from = new Uint16Array([1, 258, 3]); const copy = Buffer.copyBytesFrom(from, 1, 1); from[1] = 9; return [copy.toString('hex'), Buffer.copyBytesFrom(from).length, Buffer.isBuffer(copy)]`,
    `return [btoa('ÿa'), atob(' w/9h '), tried(() => btoa('€')), tried(() => atob('a')), new TextEncoder().encodeInto('aü😀', new Uint8Array(4))]`,
    `const at = Buffer.from('68c3bc', 'hex'); return [at.toString(), Buffer.concat([at, Buffer.alloc(2)]).length, Buffer.isBuffer(at), at.toJSON(), Buffer.byteLength('ü'), at.readUInt16BE(0), Buffer.from('aGk', 'base64url').toString(), Buffer.compare(at, at)]`,
  ])('%s', (body) => agrees(body));
});

describe('the web’s globals are as in Node:', () => {
  it.each([
    `const h = new Headers({ B: ' x ', a: '1' }); h.append('a', '2'); h.append('Set-Cookie', 'c=1'); h.append('set-cookie', 'd=2'); return [[...h], h.get('A'), h.getSetCookie(), h.get('none'), h.has('b'), [...h.keys()], h.constructor.name, Object.prototype.toString.call(h), [...new Headers(h)]]`,
    `return [tried(() => new Headers([['a']])).name, tried(() => new Headers({ 'a b': 'x' })).name, tried(() => new Headers({ a: 'x\\ny' })).name]`,
    `const a = { d: new Date(5), r: /x/gi, m: new Map([[{ k: 1 }, new Set([1])]]), u: undefined, n: null, b: 5n, s: Object('s') }; a.self = a;
     const c = structuredClone(a); return [c !== a, c.self === c, c.d.getTime(), String(c.r), [...c.m.keys()], [...[...c.m.values()][0]], 'u' in c, String(c.b), typeof c.s]`,
    `const e = new TypeError('bad', { cause: 1 }); const c = structuredClone(e); const own = Object.assign(new Error('x'), { name: 'Own', extra: 1 }); const o = structuredClone(own);
     return [c instanceof TypeError, c.name, c.message, c.cause, c.stack === e.stack, o.name, o.extra ?? null, o.message]`,
    `const u = new Uint16Array([1, 2, 3]).subarray(1); const c = structuredClone({ u, again: u.buffer, f: new Float64Array([1.5]) }); return [c.u.constructor.name, [...c.u], c.u.buffer === c.again, c.f[0]]`,
    `return [tried(() => structuredClone(() => 1)).name, tried(() => structuredClone({ s: Symbol('x') })), tried(() => structuredClone(new WeakMap())), structuredClone([1, , 3]).length, structuredClone(new (class A { x = 1 })()).constructor.name]`,
    `const c = new AbortController(); const seen = []; c.signal.addEventListener('abort', (e) => seen.push(e.type)); c.signal.onabort = () => seen.push('on'); c.abort(); c.abort();
     return [c.signal.aborted, shown(c.signal.reason), seen.length, tried(() => c.signal.throwIfAborted()), c.signal instanceof AbortSignal, c.constructor.name, tried(() => new AbortSignal()).name]`,
    `const any = AbortSignal.any([new AbortController().signal, AbortSignal.timeout(5)]); await new Promise((done) => any.addEventListener('abort', done)); return [shown(any.reason), AbortSignal.abort('why').reason]`,
    `const order = []; queueMicrotask(() => order.push('micro')); setImmediate((x) => order.push(x), 'immediate'); const t = setTimeout(() => order.push('never'), 1); clearTimeout(t); const ended = new Promise((done) => { let n = 0; const i = setInterval(() => { order.push(n); if (++n === 2) { clearInterval(i); done() } }, 2) }); await ended; return [order.filter((x) => x !== 'immediate'), order.includes('immediate'), typeof t.unref, typeof performance.now()]`,
    `return [tried(() => setTimeout('x', 1)), typeof setTimeout(() => {}, 1)[Symbol.toPrimitive](), console.log('x') ?? null, console.table === undefined, new Intl.NumberFormat('de-DE').format(1234.5)]`,
    `return [(() => 1) instanceof Function, Function.prototype.constructor === Function, (async () => {}).constructor.name, Object.keys({ ...new DOMException('m', 'AbortError') }), new DOMException('m', 'AbortError').code]`,
  ])('%s', (body) => agrees(body));
});

describe('zod', () => {
  const SCHEMAS = `const z = require('zod'); const check = (schema, value) => { const r = schema.safeParse(value); return r.success ? { data: r.data } : { issues: r.error.issues, message: r.error.message, name: r.error.name } };`;
  it.each([
    `const s = z.object({ id: z.string(), n: z.number().int().min(2), e: z.email(), u: z.url(), d: z.iso.datetime(), l: z.enum(['a', 'b']), o: z.string().optional(), a: z.array(z.uuid()).max(1) }); return check(s, { id: 1, n: 1.5, e: 'x', u: 'y', d: 'z', l: 'c', a: ['q', 'w'] })`,
    `const s = z.discriminatedUnion('t', [z.object({ t: z.literal('a'), x: z.number() }), z.object({ t: z.literal('b') })]); return [check(s, { t: 'a', x: 'n' }), check(s, { t: 'c' }), check(z.union([z.string(), z.number()]), true), check(z.strictObject({ a: z.string() }), { a: 'x', b: 1 })]`,
    `return [check(z.coerce.number(), '5'), check(z.string().transform((x) => x.length).pipe(z.number().max(2)), 'abc'), check(z.record(z.string(), z.number()), { a: 'x' }), check(z.tuple([z.string(), z.number()]), ['a']), check(z.string().refine((x) => x === 'a', 'only a'), 'b'), check(z.string().default('d'), undefined)]`,
    `const s = z.object({ id: z.string().describe('the id'), at: z.string().nullable(), list: z.array(z.object({ x: z.number() })) }); return [z.toJSONSchema(s), z.toJSONSchema(s, { target: 'draft-7' })]`,
    `return [z.z === z || typeof z.z.object, typeof z.default.object, z.z.object === z.object, z.ZodError.name === 'ZodError' || typeof z.ZodError, tried(() => z.string().parse(5)), z.prettifyError(z.string().safeParse(5).error), z.flattenError(z.object({ a: z.string() }).safeParse({}).error)]`,
    `return Object.keys(z).filter((name) => name !== 'module.exports').sort()`,
  ])('answers as 4.3.6 does: %s', (body) => agrees(`${SCHEMAS} ${body}`));

  it('refuses a language by name', async () => {
    const exec = `try { require('zod').locales.de() } catch (e) { return e.message }`;
    expect(outputOf(await runner.run(exec))).toBe('the locale de of zod is not available to functions: messages are English');
  });
});

describe('botbuilder', () => {
  it.each<[string, unknown]>([
    [`MessageFactory.text('hi')`, { type: 'message', text: 'hi', inputHint: 'acceptingInput' }],
    [
      `MessageFactory.suggestedActions(['yes'], 'well?', undefined, InputHints.ExpectingInput)`,
      {
        type: 'message',
        text: 'well?',
        suggestedActions: { actions: [{ type: 'imBack', value: 'yes', title: 'yes' }] },
        inputHint: 'expectingInput',
      },
    ],
    [
      `MessageFactory.attachment(CardFactory.adaptiveCard({ type: 'AdaptiveCard' }), 'look')`,
      {
        type: 'message',
        text: 'look',
        attachmentLayout: 'list',
        attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: { type: 'AdaptiveCard' } }],
        inputHint: 'acceptingInput',
      },
    ],
    [
      `CardFactory.heroCard('title', 'text', ['https://a/b.png'], [{ type: ActionTypes.OpenUrl, title: 'go', value: 'https://a' }])`,
      {
        contentType: CardTypes.hero,
        content: {
          title: 'title',
          text: 'text',
          images: [{ url: 'https://a/b.png' }],
          buttons: [{ type: 'openUrl', title: 'go', value: 'https://a' }],
        },
      },
    ],
    [
      `CardFactory.thumbnailCard('title', ['https://a/b.png'], ['ok'], { subtitle: 'more' })`,
      {
        contentType: CardTypes.thumbnail,
        content: {
          subtitle: 'more',
          title: 'title',
          images: [{ url: 'https://a/b.png' }],
          buttons: [{ type: 'imBack', value: 'ok', title: 'ok' }],
        },
      },
    ],
    [
      `CardFactory.signinCard('in', 'https://a', 'please')`,
      {
        contentType: CardTypes.signin,
        content: { buttons: [{ type: 'signin', title: 'in', value: 'https://a' }], text: 'please' },
      },
    ],
    [
      `[ActivityTypes.Message, ActivityTypes.ConversationUpdate, AttachmentLayoutTypes.Carousel]`,
      ['message', 'conversationUpdate', 'carousel'],
    ],
  ])('makes what is sent: %s', async (expression, expected) => {
    const names = 'MessageFactory, CardFactory, ActivityTypes, ActionTypes, AttachmentLayoutTypes, InputHints';
    expect(outputOf(await runner.run(`const { ${names} } = require('botbuilder'); return ${expression}`))).toEqual(expected);
  });
});

describe('what a function does not have', () => {
  it.each(['fs', 'node:fs', 'axios', 'zod/v4', 'toString', '__proto__'])('is refused by name: %s', async (name) => {
    const error = failureOf(await runner.run(`require('${name}')`));
    expect(error).toMatchObject({ code: 'script_internal_error', payload: { message: `Module '${name}' is not allowed` } });
  });

  it.each(['CloudAdapter', 'TeamsInfo', 'TurnContext'])('is told with its cure: %s of botbuilder', async (name) => {
    const exec = `const { ${name} } = require('botbuilder'); new ${name}({})`;
    expect(failureOf(await runner.run(exec)).payload).toMatchObject({
      message: expect.stringMatching(`^botbuilder.${name} is not available to functions, .* with nango.post`),
    });
  });

  it('is not on the global object', async () => {
    const names = [
      'process',
      'fetch',
      'crypto',
      'WebAssembly',
      'SharedArrayBuffer',
      'Atomics',
      'require',
      '__fairlead',
      '_fairlead',
    ];
    const exec = `return ${JSON.stringify(names)}.filter((name) => name in globalThis)`;
    expect(outputOf(await runner.run(exec))).toEqual([]);
  });

  it.each([
    `eval('1')`,
    `(0, eval)('1')`,
    `new Function('return 1')()`,
    `Function('return 1')()`,
    `(() => 1).constructor('return 1')()`,
    `(async () => 1).constructor('return 1')()`,
    `(function* () {}).constructor('return 1')()`,
    `(async function* () {}).constructor('return 1')()`,
    `Reflect.construct(Function, ['return 1'])()`,
    `new (class extends Function {})('return 1')()`,
    `setTimeout.constructor('return 1')()`,
  ])('is code made from text: %s', async (code) => {
    const caught = `try { ${code}; return 'ran' } catch (e) { return [e.name, e.message] }`;
    expect(outputOf(await runner.run(caught))).toEqual(['EvalError', 'Code generation from strings disallowed for this context']);
  });

  it.each([
    [`require('crypto').pbkdf2Sync('p', 's', 1e9, 32, 'sha1')`, 'iterations is at most'],
    [`require('crypto').scryptSync('p', 's', 32, { N: 2 ** 20, r: 8, p: 16, maxmem: 2 ** 40 })`, 'is at most'],
    [`require('crypto').randomBytes(2 ** 30)`, 'size is at most'],
  ])('is time and memory of others: %s', async (code, message) => {
    expect(outputOf(await runner.run(`try { ${code} } catch (e) { return e.message }`))).toContain(message);
  });
});

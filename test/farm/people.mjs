import { createHash, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

const read = (name) => readFileSync(new URL(`keys/${name}`, import.meta.url), 'utf8');

/** Files of the farm's TLS: its authority, its own certificate, and the one of a client. Good for loopback and for nothing else. */
export const tls = {
  authorityFile: new URL('keys/authority.crt', import.meta.url).pathname,
  server: { cert: read('server.crt'), key: read('server.key') },
  client: { cert: read('client.crt'), key: read('client.key') },
};

const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 });

/** Lines of a PEM: the text that must be found nowhere. */
const pemLines = (pem) => pem.split('\n').filter((line) => line.length > 40);

/**
 * Who is known at the farm: applications that developers registered, and accounts of their users. Plain data, made anew for every farm.
 * @param {import('./ledger.mjs').Ledger} ledger
 */
export function makePeople(ledger) {
  const app = (name) => ({ id: `${name}-client`, secret: ledger.issue(`${name}-client-secret`) });
  const [github, jwt, service] = [rsa(), rsa(), rsa()];
  const pem = (key) => {
    const text = key.export({ type: 'pkcs1', format: 'pem' });
    pemLines(text).forEach((line) => ledger.secret(line));
    return text;
  };
  pemLines(tls.client.key).forEach((line) => ledger.secret(line));
  const serviceJwk = { ...service.privateKey.export({ format: 'jwk' }), kid: 'service-key', alg: 'RS256' };
  ledger.secret(serviceJwk.d);
  return {
    apps: {
      oidc: app('oidc'),
      oauth2: app('oauth2'),
      oauth1: app('oauth1'),
      netsuite: app('netsuite'),
      githubOauth: app('github-oauth'),
      github: { appId: '4711', privateKey: pem(github.privateKey) },
    },
    users: {
      apiKey: { who: 'key-holder', apiKey: ledger.issue('api-key') },
      basic: { who: 'ada', username: 'ada', password: ledger.issue('basic-password') },
      cc: { who: 'service', client_id: 'service-client', client_secret: ledger.issue('cc-secret') },
      ccKey: { who: 'signing-service', client_id: 'signing-client', client_private_key: JSON.stringify(serviceJwk) },
      tba: { who: 'erp', accountId: '123456-sb1', token_id: ledger.issue('tba-id'), token_secret: ledger.issue('tba-secret') },
      jwt: { who: 'signer', keyId: 'jwt-key', issuerId: randomUUID(), privateKey: pem(jwt.privateKey) },
      ghost: { who: 'ghost', id: randomBytes(12).toString('hex'), secret: ledger.secret(randomBytes(32).toString('hex')) },
      twoStep: { who: 'walker', username: 'walker', password: ledger.issue('two-step-password') },
      wsse: { who: 'wsse', username: 'acme001', password: ledger.secret(`wsse-${randomBytes(16).toString('hex')}`) },
      bill: {
        who: 'bookkeeper',
        username: 'books@example.com',
        password: ledger.issue('bill-password'),
        organization_id: '00801',
        dev_key: ledger.issue('bill-dev-key'),
      },
      aws: {
        who: 'role',
        role_arn: 'arn:aws:iam::123456789012:role/fairlead',
        accessKeyId: 'AKIAFARMFARMFARMFARM',
        secretAccessKey: ledger.issue('aws-secret'),
        stsApiKey: ledger.issue('sts-key'),
      },
      plugin: { who: 'website', username: 'plugin', password: ledger.issue('plugin-password') },
    },
    publicKeys: {
      github: github.publicKey,
      jwt: jwt.publicKey,
      service: service.publicKey,
      client: createHash('sha256')
        .update(Buffer.from(pemLines(tls.client.cert).join(''), 'base64'))
        .digest('hex'),
    },
  };
}

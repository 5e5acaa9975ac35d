import { randomBytes, randomUUID } from 'node:crypto';
import { basicOf } from '../tokens.mjs';
import { claimOf, isSignedBy } from './aws-signature.mjs';

const FIRST_LIFE = 60;
const LIFE = 3600;

/** AWS: STS in XML (`/aws/sts`), one of a customer's own in JSON (`/aws/custom-sts`), and an API that checks signatures. */
export class Aws {
  #sessions = new Map();
  #issued = 0;

  constructor({ ledger, tokens, people }) {
    Object.assign(this, { ledger, tokens, user: people.users.aws });
  }

  register(router, api) {
    router.on('POST', '/aws/sts', (call) => this.#sts(call));
    router.on('POST', '/aws/sts/', (call) => this.#sts(call));
    router.on('POST', '/aws/custom-sts', (call) => this.#customSts(call));
    api.accept('aws', (call) => this.#holder(call));
  }

  #sts(call) {
    const claim = claimOf(call);
    const isCaller = claim && this.#secretOf(claim, call) !== undefined && claim.service === 'sts';
    if (!isCaller)
      return xml(403, '<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>no</Message></Error></ErrorResponse>');
    if (call.form.Action === 'GetCallerIdentity') {
      return xml(200, answer('GetCallerIdentity', `<Arn>${this.user.role_arn}</Arn><Account>123456789012</Account>`));
    }
    const isTrusted =
      call.form.RoleArn === this.user.role_arn && call.form.ExternalId && claim.accessKeyId === this.user.accessKeyId;
    if (call.form.Action !== 'AssumeRole' || !isTrusted || this.tokens.isRevoked(this.user.who)) {
      return xml(403, '<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized</Message></Error></ErrorResponse>');
    }
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = this.#session();
    const credentials = [
      ['AccessKeyId', accessKeyId],
      ['SecretAccessKey', secretAccessKey],
      ['SessionToken', sessionToken],
      ['Expiration', expiration],
    ];
    const inner = credentials.map(([name, value]) => `<${name}>${value}</${name}>`).join('');
    return xml(200, answer('AssumeRole', `<Credentials>${inner}</Credentials>`));
  }

  #customSts(call) {
    const { message, json } = call;
    const isCaller = message.headers['x-api-key'] === this.user.stsApiKey || basicOf(call).password === this.user.stsApiKey;
    if (!isCaller) return { status: 401, body: { message: 'who are you?' } };
    if (json?.role_arn !== this.user.role_arn || !json.external_id || this.tokens.isRevoked(this.user.who)) {
      return { status: 403, body: { message: 'this role does not trust you' } };
    }
    return { body: { credentials: this.#session() } };
  }

  #session() {
    this.#issued += 1;
    this.ledger.count('aws.sessions');
    const life = this.#issued % 2 === 1 ? FIRST_LIFE : LIFE;
    const accessKeyId = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`;
    const session = {
      accessKeyId,
      secretAccessKey: this.ledger.issue('session-secret'),
      sessionToken: this.ledger.issue('session-token'),
      expiration: new Date(Date.now() + life * 1000).toISOString(),
    };
    this.#sessions.set(accessKeyId, { ...session, who: `${this.user.who}-${randomUUID()}`, until: Date.now() + life * 1000 });
    return session;
  }

  /** The secret that signed a request, if it did. */
  #secretOf(claim, call) {
    const session = this.#sessions.get(claim.accessKeyId);
    const isToken = !session || call.message.headers['x-amz-security-token'] === session.sessionToken;
    const secret = claim.accessKeyId === this.user.accessKeyId ? this.user.secretAccessKey : session?.secretAccessKey;
    return secret && isToken && isSignedBy(secret, call, claim) ? secret : undefined;
  }

  #holder(call) {
    const claim = claimOf(call);
    const session = this.#sessions.get(claim?.accessKeyId);
    const isNow = session && session.until > Date.now() && !this.tokens.isRevoked(this.user.who);
    return isNow && claim.region === 'eu-central-1' && this.#secretOf(claim, call) ? session.who : undefined;
  }
}

const xml = (status, body) => ({ status, headers: { 'content-type': 'text/xml' }, body });
const answer = (action, inner) =>
  `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${inner}</${action}Result></${action}Response>`;

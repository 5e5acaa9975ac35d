import { bearerOf } from '../tokens.mjs';

/** Seconds: soon due. */
const FIRST_LIFE = 1;
const LIFE = 3600;
const denied = { status: 401, body: { error: 'wrong user name or password' } };

/** Logins that are no standard: JSON, cookies, XML, two calls, BILL. APIs: `/api/{two-step,cookie,xml,steps,bill}/*`. */
export class Logins {
  #refreshTokens = new Map();
  #tickets = new Map();
  #times = new Map();

  constructor({ ledger, tokens, people }) {
    Object.assign(this, { ledger, tokens, user: people.users.twoStep, bill: people.users.bill });
  }

  register(router, api) {
    router.on('POST', '/login/json', (call) => this.#json(call));
    router.on('POST', '/login/json/refresh', (call) => this.#refresh(call));
    router.on('POST', '/login/cookie', (call) => this.#cookie(call));
    router.on('POST', '/login/xml', (call) => this.#xml(call));
    router.on('POST', '/login/steps/start', (call) => this.#start(call));
    router.on('POST', '/login/steps/finish', (call) => this.#finish(call));
    router.on('POST', '/bill/v3/login', (call) => this.#bill(call));
    for (const mode of ['two-step', 'xml', 'steps']) api.accept(mode, (call) => this.tokens.holder(mode, bearerOf(call)));
    api.accept('cookie', ({ message }) =>
      this.tokens.holder('cookie', /(?:^|; )session=([^;]+)/.exec(message.headers.cookie ?? '')?.[1]),
    );
    api.accept('bill', ({ message: { headers } }) =>
      headers.devkey === this.bill.dev_key ? this.tokens.holder('bill', headers.sessionid) : undefined,
    );
  }

  #isUser(given) {
    return (
      given?.username === this.user.username && given.password === this.user.password && !this.tokens.isRevoked(this.user.who)
    );
  }

  /** Odd logins give tokens that are nearly over, even ones tokens that last. */
  #life(mode) {
    const times = (this.#times.get(mode) ?? 0) + 1;
    this.#times.set(mode, times);
    this.ledger.count(`login.${mode}`);
    return times % 2 === 1 ? FIRST_LIFE : LIFE;
  }

  #json({ json }) {
    if (!this.#isUser(json?.login)) return denied;
    return this.#session(this.#life('two-step'));
  }

  #session(life) {
    const refresh = this.ledger.issue('two-step-refresh');
    this.#refreshTokens.set(refresh, this.user.who);
    const token = this.tokens.issue('two-step', this.user.who, life);
    return { body: { data: { session: { token, expires_in: life, renewal: refresh } } } };
  }

  #refresh({ json }) {
    const known = this.#refreshTokens.get(json?.renewal);
    this.ledger.count('login.two-step.refresh');
    if (!known || this.tokens.isRevoked(known)) return denied;
    this.#refreshTokens.delete(json.renewal);
    return this.#session(LIFE);
  }

  #cookie({ form }) {
    if (!this.#isUser(form)) return denied;
    const life = this.#life('cookie');
    // A cookie holds no =, + or /.
    const session = this.ledger.secret(this.ledger.issue('cookie').replaceAll(/[^a-zA-Z0-9]/g, ''));
    this.tokens.keep('cookie', session, this.user.who, life);
    const cookies = [`session=${session}; Path=/; HttpOnly`, 'region=eu; Path=/'];
    return { headers: { 'set-cookie': cookies }, body: { ticket: session, valid_seconds: life } };
  }

  #xml({ text }) {
    const field = (name) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1]?.replaceAll('&amp;', '&');
    this.ledger.secret(field('password'));
    if (!this.#isUser({ username: field('username'), password: field('password') })) return denied;
    const token = this.tokens.issue('xml', this.user.who, this.#life('xml'));
    return {
      headers: { 'content-type': 'application/xml' },
      body: `<?xml version="1.0"?><answer version="1"><session><token>${token}</token></session></answer>`,
    };
  }

  #start({ json }) {
    if (!this.#isUser(json)) return denied;
    const ticket = this.ledger.issue('ticket');
    this.#tickets.set(ticket, this.user.who);
    return { body: { result: { ticket } } };
  }

  #finish({ json, message }) {
    const who = this.#tickets.get(json?.ticket);
    this.#tickets.delete(json?.ticket);
    if (!who || message.headers['x-step'] !== 'two') return denied;
    return {
      body: { token: this.tokens.issue('steps', who, LIFE), expires_at: new Date(Date.now() + this.#life('steps') * 1000) },
    };
  }

  #bill({ json }) {
    const { username, password, organization_id, dev_key, who } = this.bill;
    const isRight =
      json?.username === username &&
      json.password === password &&
      json.organizationId === organization_id &&
      json.devKey === dev_key &&
      !this.tokens.isRevoked(who);
    this.ledger.count(`bill.${isRight ? 'accepted' : 'refused'}`);
    if (!isRight) return { status: 401, body: [{ code: 'BDC_1109', message: 'Invalid login.' }] };
    return {
      body: { sessionId: this.tokens.issue('bill', who), organizationId: organization_id, userId: '006', apiEndPoint: 'v3' },
    };
  }
}

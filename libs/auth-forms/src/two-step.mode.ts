import { randomUUID } from 'node:crypto';
import type { AuthMode, AuthSubject, Credentials, Minted, MintInput } from '#libs/auth-modes';
import type { Scope } from '#libs/providers';
import { textOf, type TokenHttp, tokenMetadata, type TokenReply, type TokenRequest } from '#libs/token-http';
import { askProvider, noToken, type Purpose } from './ask-provider.js';
import { newAssertion, usableAssertion } from './domain/assertion.js';
import { jwtRules, signedJwt } from './domain/signed-jwt.js';
import { scopeOf, type TemplateValues } from './domain/template-values.js';
import { twoStepCredentials } from './domain/two-step-answer.js';
import { loginStep, refreshStep, stepRequest, type StepRules } from './domain/two-step-call.js';
import { secretTexts, storedInputs, type TwoStepInputs, typedInputs } from './domain/two-step-inputs.js';
import { answerFields } from './domain/xml.js';
import { isLoginNeeded } from './renewal.js';

/** One way through all steps. */
interface Run {
  readonly subject: AuthSubject;
  readonly inputs: TwoStepInputs;
  readonly purpose: Purpose;
  readonly now: Date;
  readonly previous?: Credentials | undefined;
}

interface Call {
  readonly request: TokenRequest;
  readonly reply: TokenReply;
}

/** A login whose answer holds a token, in as many calls as the catalogue describes (spec/auth.md §2.13). */
export class TwoStepMode implements AuthMode {
  constructor(private readonly http: TokenHttp) {}

  async mint(subject: AuthSubject, input: MintInput): Promise<Minted> {
    const inputs = typedInputs(subject.provider, subject.integration.custom, input);
    return this.#login({ subject, inputs, purpose: 'mint', now: new Date() });
  }

  /** A refresh token that is refused costs nothing but a login: what was typed is still there. */
  async refresh(subject: AuthSubject, previous: Credentials): Promise<Minted> {
    const inputs = storedInputs(subject.provider, subject.integration.custom, previous);
    const run: Run = { subject, inputs, purpose: 'refresh', now: new Date(), previous };
    const refreshToken = textOf(previous['refresh_token']);
    const step = refreshStep(subject.provider);
    if (refreshToken === undefined || !step) return this.#login(run);
    try {
      return await this.#steps(run, step, { ...(await this.#values(run)), refresh_token: refreshToken });
    } catch (error) {
      if (!isLoginNeeded(error)) throw error;
      return this.#login(run);
    }
  }

  async #login(run: Run): Promise<Minted> {
    const values = await this.#values(run);
    const { provider } = run.subject;
    const rules = provider.assertion;
    if (!rules) return this.#steps(run, loginStep(provider), values);
    const assertion =
      usableAssertion(rules, run.previous?.['assertion'], run.now) ?? (await newAssertion(rules, this.#scope(run, values)));
    const credentials = { ...values.credentials, assertion };
    return this.#steps(run, loginStep(provider), { ...values, credentials, assertion });
  }

  async #values(run: Run): Promise<TemplateValues> {
    const { subject, inputs } = run;
    const { provider, connectionConfig } = subject;
    const values = { credentials: inputs.credentials, connectionConfig, assertionOption: inputs.assertionOption };
    if (!provider.signature) return values;
    return { ...values, token: await signedJwt(jwtRules(provider), this.#scope(run, values)) };
  }

  #scope({ now }: Run, values: TemplateValues): Scope {
    return scopeOf(values, now, randomUUID());
  }

  async #steps(run: Run, first: StepRules, values: TemplateValues): Promise<Minted> {
    const { provider } = run.subject;
    const made = [values.token, values.assertion, values.refresh_token].filter((text) => text !== undefined);
    const secrets = [...secretTexts(provider, values.credentials), ...made];
    const calls: Call[] = [];
    for (const step of [first, ...(provider.additional_steps ?? [])]) {
      const scope = this.#scope(run, { ...values, steps: calls.map(({ reply }) => reply.body) });
      const request = stepRequest(step, scope, secrets);
      const reply = await askProvider(this.http, request, run.purpose);
      calls.push({ request, reply: { ...reply, body: answerFields(reply.body) } });
    }
    return this.#minted(run, calls.at(-1)!, values.assertion);
  }

  #minted({ subject, inputs, purpose, now, previous }: Run, { request, reply }: Call, assertion: string | undefined): Minted {
    const { provider } = subject;
    const kept = assertion ?? textOf(previous?.['assertion']);
    const credentials = twoStepCredentials(provider, reply, { stored: inputs.stored, assertion: kept, previous, now });
    if (!credentials) throw noToken(purpose, reply.status, request);
    return { credentials, ...(purpose === 'mint' && { connectionConfig: tokenMetadata(provider, reply.body) }) };
  }
}

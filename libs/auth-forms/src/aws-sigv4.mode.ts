import { randomBytes, randomUUID } from 'node:crypto';
import type { AuthMode, AuthSubject, Credentials, Minted, MintInput } from '#libs/auth-modes';
import { AppError } from '#libs/kernel';
import { inputIssues } from '#libs/providers';
import {
  answered,
  failureOf,
  textOf,
  tokenError,
  type TokenErrorCode,
  type TokenErrorPayload,
  type TokenHttp,
  type TokenReply,
  type TokenRequest,
} from '#libs/token-http';
import type { Purpose } from './ask-provider.js';
import { awsPlace, demanded, stsSettings } from './domain/aws-settings.js';
import { refuse } from './domain/inputs.js';
import { stsFailure, type TemporaryKeys, temporaryKeys } from './domain/sts-answer.js';
import { stsRequest } from './domain/sts-request.js';
import { answerFields } from './domain/xml.js';

const LIFETIME_S = 3600;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A role at AWS, what is called there, and the word that its trust policy asks for. */
interface Role {
  readonly role_arn: string;
  readonly region: string;
  readonly service: string;
  readonly external_id: string;
}

/** Temporary credentials of AWS for a role that its owner lets us take (spec/auth.md §2.15). */
export class AwsSigv4Mode implements AuthMode {
  /** @param stsUrl address of STS in a region */
  constructor(
    private readonly http: TokenHttp,
    private readonly stsUrl: (region: string) => string,
  ) {}

  async mint(subject: AuthSubject, input: MintInput): Promise<Minted> {
    const { provider, connectionConfig: config, integration } = subject;
    refuse(inputIssues(provider.credentials ?? {}, input, []));
    const place = awsPlace(provider, integration.custom, textOf(input['region']) ?? textOf(config['region']));
    const pinned = textOf(input['external_id']) ?? textOf(config['external_id']);
    const externalId = pinned !== undefined && UUID.test(pinned) ? pinned : randomUUID();
    const role = { role_arn: roleOf(input), ...place, external_id: externalId };
    const minted = await this.#assume(subject, role, 'mint');
    await this.#verify(role, minted.credentials);
    return { ...minted, connectionConfig: { external_id: externalId, ...place } };
  }

  async refresh(subject: AuthSubject, credentials: Credentials): Promise<Minted> {
    const { provider, connectionConfig: config, integration } = subject;
    const region = textOf(credentials['region']) ?? textOf(config['region']);
    const externalId = textOf(credentials['external_id']) ?? textOf(config['external_id']);
    return this.#assume(
      subject,
      {
        role_arn: roleOf(credentials),
        ...awsPlace(provider, integration.custom, region),
        external_id: demanded(
          externalId,
          'missing_aws_sigv4_external_id',
          'the connection has no external id: connect the role again',
        ),
      },
      'refresh',
    );
  }

  async #assume({ provider, integration }: AuthSubject, role: Role, purpose: Purpose) {
    const settings = stsSettings(provider, integration.custom);
    const request: TokenRequest =
      settings.kind === 'builtin'
        ? await stsRequest(this.stsUrl(role.region), role.region, settings.keys, {
            Action: 'AssumeRole',
            RoleArn: role.role_arn,
            RoleSessionName: `nango-${randomBytes(8).toString('hex')}`,
            ExternalId: role.external_id,
            DurationSeconds: String(LIFETIME_S),
          })
        : { url: settings.url, headers: settings.headers, json: role };
    const code = purpose === 'mint' ? 'aws_sigv4_sts_request_failed' : 'refresh_token_external_error';
    const { status, body } = await this.#ask(request, code);
    const keys = temporaryKeys(body, new Date());
    if (!keys) throw tokenError(code, { status, description: 'the answer holds none', permanent: false }, request);
    return { credentials: { type: 'AWS_SIGV4', ...role, ...keys, raw: body } } satisfies Minted;
  }

  /** The reply, XML parsed. @throws AppError `code` when there is none, or a refusal */
  async #ask(request: TokenRequest, code: TokenErrorCode): Promise<TokenReply> {
    const reply = await answered(this.http, request, code);
    const body = answerFields(reply.body);
    const failure = stsFailure(reply, body) ?? failureOf({ ...reply, body });
    if (failure) throw tokenError(code, failure, request);
    return { ...reply, body };
  }

  /** Whoever is called with the new keys has to know them (spec/auth.md §2.4). @throws AppError `connection_test_failed` */
  async #verify({ region }: Role, { access_key_id, secret_access_key, session_token }: TemporaryKeys): Promise<void> {
    const keys = { accessKeyId: access_key_id, secretAccessKey: secret_access_key, sessionToken: session_token };
    const request = await stsRequest(this.stsUrl(region), region, keys, { Action: 'GetCallerIdentity' });
    try {
      await this.#ask(request, 'aws_sigv4_sts_request_failed');
    } catch (cause) {
      if (!isRefusal(cause)) throw cause;
      throw new AppError('connection_test_failed', 'AWS does not know the temporary credentials', { cause });
    }
  }
}

/** Whether AWS answered, and said no: its silence says nothing about the keys. */
function isRefusal(error: unknown): boolean {
  const { status } = (error instanceof AppError ? (error.payload ?? {}) : {}) as Partial<TokenErrorPayload>;
  return status !== undefined && status < 500;
}

const roleOf = (given: MintInput): string =>
  demanded(textOf(given['role_arn']), 'missing_aws_sigv4_role_arn', 'role_arn is required: the ARN of the role to take');

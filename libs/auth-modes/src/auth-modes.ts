import type { UrlPolicy } from '#libs/contracts';
import { AppError } from '#libs/kernel';
import type {
  AuthMode,
  AuthSubject,
  BeginRequest,
  Begun,
  Credentials,
  FinishRequest,
  Introspection,
  Minted,
  MintInput,
} from './auth.types.js';
import type { Freshness } from './auth.types.js';

/** Every way to authenticate, by `auth_mode` (spec/auth.md §2), with the providers that need a way of their own (§2.3). */
export class AuthModes {
  /**
   * @param modes by auth mode
   * @param providers by provider key, instead of their mode's
   * @param introspections by provider key: those whose answers do not say how long tokens live
   * @param under the same modes, for environments with an outbound policy of their own
   */
  constructor(
    private readonly modes: Readonly<Record<string, AuthMode>>,
    private readonly providers: Readonly<Record<string, AuthMode>> = {},
    private readonly introspections: Readonly<Record<string, Introspection>> = {},
    private readonly under?: (policy: UrlPolicy) => AuthModes,
  ) {}

  /** @throws AppError `invalid_auth_mode` for modes that need a browser; errors as of `AuthMode.mint` */
  async mint(subject: AuthSubject, input: MintInput): Promise<Minted> {
    const mode = this.#of(subject);
    if (!mode.mint) throw new AppError('invalid_auth_mode', `${subject.provider.name} needs a browser: open /oauth/connect`);
    return mode.mint(subject, input);
  }

  /** @throws AppError `auth_mode_err` for modes that need no browser; errors as of `AuthMode.begin` */
  async begin(subject: AuthSubject, request: BeginRequest): Promise<Begun> {
    const mode = this.#of(subject);
    if (!mode.begin) throw new AppError('auth_mode_err', `${subject.provider.name} is not connected through a browser`);
    return mode.begin(subject, request);
  }

  /** Errors as of `AuthMode.finish`. */
  async finish(subject: AuthSubject, request: FinishRequest): Promise<Minted> {
    const mode = this.#of(subject);
    if (!mode.finish) throw new AppError('auth_mode_err', `${subject.provider.name} is not connected through a browser`);
    return mode.finish(subject, request);
  }

  /** Whether these credentials can be renewed: decided without asking anybody. */
  isRenewable(subject: AuthSubject, credentials: Credentials): boolean {
    const mode = this.#of(subject);
    return mode.refresh !== undefined && (mode.isRenewable?.(subject, credentials) ?? true);
  }

  /** Null where there is nothing to renew with. Errors as of `AuthMode.refresh`. */
  async refresh(subject: AuthSubject, credentials: Credentials): Promise<Minted | null> {
    return (await this.#of(subject).refresh?.(subject, credentials)) ?? null;
  }

  /** Whether this provider is asked how its tokens stand. */
  isIntrospected(providerName: string): boolean {
    return Object.hasOwn(this.introspections, providerName);
  }

  /**
   * Asks a provider whether a token still holds (spec/auth.md §2.3). Undefined for providers that are not asked; `unknown` where one
   * does not answer.
   */
  introspect(subject: AuthSubject, credentials: Credentials): Promise<Freshness> | undefined {
    return ownOf(this.#for(subject).introspections, subject.provider.name)?.(subject, credentials);
  }

  #of(subject: AuthSubject): AuthMode {
    const { providers, modes } = this.#for(subject);
    const { provider } = subject;
    return ownOf(providers, provider.name) ?? ownOf(modes, provider.auth_mode) ?? {};
  }

  #for({ integration }: AuthSubject): AuthModes {
    return (integration.outboundPolicy && this.under?.(integration.outboundPolicy)) ?? this;
  }
}

/** A catalogue of somebody else's may call a provider as every object's members are called. */
const ownOf = <Value>(from: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(from, name) ? from[name] : undefined;

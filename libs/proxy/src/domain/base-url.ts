import { AppError } from '#libs/kernel';
import { plainUrl } from '#libs/outbound';
import { compileTemplate, fillTemplate, type Template, templateOf } from '#libs/providers';
import type { LeaseFacts } from './lease-facts.js';
import { endpointLookup } from './scope.js';

/** Where an API is. */
export interface BaseUrl {
  readonly origin: string;
  readonly host: string;
  /** Without a slash at its end. */
  readonly path: string;
  /** Without the question mark; usually empty. */
  readonly query: string;
}

/** A base URL, and whether it comes from somewhere else than the catalogue. */
export interface ChosenBase {
  readonly base: BaseUrl;
  readonly isOverride: boolean;
}

/** Text of a base URL in its parts. @throws AppError `base_url_override_not_allowed` when it is no plain http(s) URL */
export function parseBaseUrl(text: string): BaseUrl {
  const url = plainUrl(text);
  if (typeof url === 'string') throw new AppError('base_url_override_not_allowed', `the base URL cannot be used: ${url}`);
  return { origin: url.origin, host: url.host, path: url.pathname.replace(/\/+$/, ''), query: url.search.slice(1) };
}

/**
 * The base URL of a connection (spec/auth.md §6.3): its own, its integration's, its provider's. Undefined when none of them
 * names one.
 * @throws AppError `unsupported_provider` when the provider's template lacks values of this connection
 */
export function connectionBase(facts: LeaseFacts): ChosenBase | undefined {
  const own = namesItsOwnBase(facts) ? facts.config['base_url'] : undefined;
  if (typeof own === 'string' && own !== '') return { base: parseBaseUrl(fillText(own, facts)), isOverride: true };
  const { baseUrl } = facts.custom;
  if (baseUrl) return { base: parseBaseUrl(fillText(baseUrl, facts)), isOverride: true };
  const template = facts.provider.proxy?.base_url;
  if (template === undefined) return undefined;
  const lookup = endpointLookup(facts);
  const filled = fillTemplate(chosenSide(templateOf(template), lookup), { lookup, ...NO_REQUEST });
  if (!filled.ok) {
    throw new AppError('unsupported_provider', `the base URL needs values this connection lacks: ${filled.missing.join(', ')}`);
  }
  return { base: parseBaseUrl(filled.value), isOverride: false };
}

/** Of `A || B`: A where the first setting it names has a value, whatever else it may lack; B otherwise (spec/auth.md §1.10). */
function chosenSide(template: Template, lookup: (name: string) => string | undefined): Template {
  const [left, right] = template.alternatives;
  const first = left?.find((part) => part.kind === 'reference' && part.name.startsWith('connectionConfig.'));
  if (!left || !right || first?.kind !== 'reference') return template;
  return { ...template, alternatives: [lookup(first.name) === undefined ? right : left] };
}

/**
 * Whether a connection may say where its API is: only where the catalogue asks for it. Whoever fills in a connection's configuration
 * could otherwise have the secrets of the integration sent to a host of their own. A signature for AWS is of use to no other host.
 */
const namesItsOwnBase = ({ provider, credentials }: LeaseFacts): boolean =>
  provider.connection_config?.['base_url'] !== undefined || credentials['type'] === 'AWS_SIGV4';

/** A text that callers or connections give, with its placeholders filled; unfilled ones stay as they are. */
export function fillText(text: string, facts: LeaseFacts): string {
  if (!text.includes('${')) return text;
  const filled = fillTemplate(compileTemplate(text), { lookup: endpointLookup(facts), ...NO_REQUEST });
  return filled.ok ? filled.value : text;
}

const NO_REQUEST = { now: new Date(0), random: '' };

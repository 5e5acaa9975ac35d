import type { CatalogueEntry } from './entry.js';
import { compileTemplate } from './parse-template.js';

/** A text of an entry that is a template (spec/auth.md §1.10). */
export interface EntryTemplate {
  /** Where it stands, such as `proxy.headers.authorization`. */
  readonly path: string;
  readonly text: string;
  /** A body may be JSON or GraphQL, and a text may quote some: only in a URL is every brace one of a placeholder. */
  readonly kind: 'url' | 'text' | 'body';
}

type Kind = EntryTemplate['kind'];

const FIELDS: Readonly<Partial<Record<keyof CatalogueEntry, Kind>>> = {
  authorization_url: 'url',
  token_url: 'url',
  refresh_url: 'url',
  request_url: 'url',
  registration_url: 'url',
  authorization_params: 'text',
  token_params: 'text',
  refresh_params: 'text',
  refresh_token_params: 'text',
  request_params: 'text',
  token_headers: 'text',
  refresh_token_headers: 'text',
  token: 'text',
  assertion: 'text',
};

/** All templates of an entry, those without a placeholder too. */
export function templatesOf(entry: CatalogueEntry): EntryTemplate[] {
  const { base_url, headers, query, body, verification } = entry.proxy ?? {};
  return [
    ...Object.entries(FIELDS).flatMap(([name, kind]) => textsIn(entry[name as keyof CatalogueEntry], name, kind)),
    ...(entry.additional_steps ?? []).flatMap((step, index) => stepTemplates(step, `additional_steps.${index}`)),
    ...textsIn(base_url, 'proxy.base_url', 'url'),
    ...textsIn(headers, 'proxy.headers', 'text'),
    ...textsIn(query, 'proxy.query', 'text'),
    ...textsIn(body, 'proxy.body', 'body'),
    ...textsIn(verification?.endpoints, 'proxy.verification.endpoints', 'url'),
    ...textsIn(verification?.base_url_override, 'proxy.verification.base_url_override', 'url'),
    ...textsIn(verification?.headers, 'proxy.verification.headers', 'text'),
    ...textsIn(verification?.data, 'proxy.verification.data', 'body'),
  ];
}

type Step = NonNullable<CatalogueEntry['additional_steps']>[number];

const stepTemplates = (step: Step, path: string): EntryTemplate[] => [
  ...textsIn(step.token_url, `${path}.token_url`, 'url'),
  ...textsIn(step.token_params, `${path}.token_params`, 'text'),
  ...textsIn(step.token_headers, `${path}.token_headers`, 'text'),
];

function textsIn(value: unknown, path: string, kind: Kind): EntryTemplate[] {
  if (typeof value === 'string') return [{ path, text: value, kind }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => textsIn(inner, `${path}.${name}`, kind));
}

/** What is wrong with a field of an entry, and what to do about it. */
export interface FieldProblem {
  readonly field: string;
  readonly problem: string;
}

/** What is written wrong in the templates of an entry. */
export function templateProblems(entry: CatalogueEntry): FieldProblem[] {
  return templatesOf(entry).flatMap(({ path, text, kind }) =>
    problemsOf(text, kind).map((problem) => ({ field: path, problem })),
  );
}

/** A placeholder that lost its `$`; in a URL any other brace too. */
const BARE: Readonly<Partial<Record<Kind, RegExp>>> = { url: /(?<!\$)\{[^}]*\}?/, text: /(?<!\$)\{[\w.]+\}/ };

function problemsOf(text: string, kind: Kind): readonly string[] {
  if (!text.includes('{')) return [];
  const bare = BARE[kind]?.exec(text)?.[0];
  const problems = text.includes('${') ? compileTemplate(text).problems : [];
  return bare === undefined ? problems : [...problems, `${bare} lacks its $: write $${bare}`];
}

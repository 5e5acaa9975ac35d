import type { ConnectSession, InputField, InputFields, Integration, Provider } from '../api/wire.js';
import { credentialInputs, type FieldTexts } from './credential-fields.js';
import type { FieldTarget, FormField, FormValues } from './form-field.js';

/** Everything the form of one integration asks and shows. */
export interface FormModel {
  readonly fields: readonly FormField[];
  readonly initial: FormValues;
  /** Guide for end users; `doc_section` of a field is an anchor in it. */
  readonly guideUrl: string | undefined;
  /** Whether the page shows an external id for a trust policy (AWS). */
  readonly showsExternalId: boolean;
}

/** First place of what names no order of its own (spec/auth.md §1.5). */
const UNORDERED_FROM = 99;
const MULTILINE = /private_?key|certificate|pem$/i;

/** Makes the form from the catalogue entry, leaving out what the session or the integration set already. */
export function formModel(provider: Provider, integration: Integration, session: ConnectSession, texts: FieldTexts): FormModel {
  const defaults = session.integrations_config_defaults?.[integration.unique_key]?.connection_config ?? {};
  const isPreset = (name: string) => defaults[name] !== undefined && defaults[name] !== '';
  const settings = Object.entries(provider.connection_config ?? {}).filter(([name]) => !isPreset(name));
  const fields = inOrder([
    ...candidates('params', Object.fromEntries(settings.filter(([, input]) => input.order !== undefined))),
    ...candidates('credentials', credentialInputs(provider, integration, defaults, texts)),
    ...candidates('params', Object.fromEntries(settings.filter(([, input]) => input.order === undefined))),
    ...candidates('assertionOption', provider.assertion_option ?? {}),
  ]);
  return {
    fields,
    initial: Object.fromEntries(fields.map(({ id, input }) => [id, input.default_value ?? ''])),
    guideUrl: webAddress(session.overrides?.[integration.unique_key]?.docs_connect) ?? webAddress(provider.docs_connect),
    showsExternalId: provider.auth_mode === 'AWS_SIGV4' && !session.isReconnecting && !isPreset('external_id'),
  };
}

interface Candidate {
  readonly name: string;
  readonly target: FieldTarget;
  readonly input: InputField;
}

/** External ids are made by this page; automated values come from the provider. */
const candidates = (target: FieldTarget, inputs: InputFields): Candidate[] =>
  Object.entries(inputs)
    .filter(([name, input]) => !input.automated && name !== 'external_id')
    .map(([name, input]) => ({ name, target, input }));

function inOrder(all: readonly Candidate[]): FormField[] {
  let next = UNORDERED_FROM;
  const placed = all.map((candidate) => ({ ...candidate, place: candidate.input.order ?? next++ }));
  placed.sort((a, b) => a.place - b.place);
  const ids = new Map(placed.map(({ target, name }, index) => [`${target}.${name}`, `f${index}`]));
  return placed.map(({ name, target, input }, index) => {
    const condition = input.visible_when;
    const watched = condition && ids.get(`${target}.${condition.field}`);
    return {
      id: `f${index}`,
      name,
      target,
      title: input.title,
      description: input.description || undefined,
      input,
      required: !input.optional && input.default_value === undefined,
      visible: !input.hidden,
      multiline: MULTILINE.test(name) && !input.enum,
      visibleWhen: watched ? { id: watched, equals: condition.equals } : undefined,
    };
  });
}

function webAddress(text: string | undefined): string | undefined {
  return text && /^https?:\/\//.test(text) && URL.canParse(text) ? text : undefined;
}

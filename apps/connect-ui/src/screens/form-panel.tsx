import { AppWindow, ArrowUpRight, Check, Eye } from 'lucide-react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { needsPopup } from '../api/auth-request.js';
import type { Integration, Provider } from '../api/wire.js';
import { breachOf, type RuleBreach } from '../domain/field-rules.js';
import { type FormField, isAsked } from '../domain/form-field.js';
import type { FormModel } from '../domain/form-model.js';
import { usePage } from '../state/page-context.js';
import { useOpenSession } from '../state/session-context.js';
import type { AnswersForm } from '../state/use-answers.js';
import { Button } from '../ui/button.js';
import { CopyField } from '../ui/copy-field.js';
import { Field } from '../ui/field.js';
import { Frame } from '../ui/frame.js';
import { Heading } from '../ui/heading.js';
import { Logo } from '../ui/logo.js';
import { Notice } from '../ui/notice.js';

interface Props {
  readonly integration: Integration;
  readonly provider: Provider;
  readonly model: FormModel;
  readonly form: AnswersForm;
  readonly externalId: string;
  readonly onSubmit: () => void;
  readonly onBack: (() => void) | undefined;
}

/** The questions of one integration. */
export function FormPanel({ integration, provider, model, form, externalId, onSubmit, onBack }: Props) {
  const { t } = useTranslation();
  const { options } = usePage();
  const { session } = useOpenSession();
  const values = form.watch();
  const asked = model.fields.filter((field) => isAsked(field, values));
  const name = integration.display_name;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  const button = (
    <Button type="submit" form="connect-form" disabled={options.preview}>
      {t(session.isReconnecting ? 'actions.reconnect' : 'actions.connect')}
    </Button>
  );
  return (
    <Frame onBack={onBack} footer={button}>
      <Intro integration={integration} guideUrl={model.guideUrl} isReconnecting={session.isReconnecting ?? false} />
      <form id="connect-form" noValidate onSubmit={submit} className="mt-6 flex flex-col gap-5">
        {model.showsExternalId ? (
          <CopyField label={t('form.externalId')} description={t('form.externalIdText')} value={externalId} />
        ) : null}
        {asked.map((field) => (
          <BoundField
            key={field.id}
            field={field}
            form={form}
            value={values[field.id] ?? ''}
            guideUrl={model.guideUrl}
            integration={integration}
          />
        ))}
        {needsPopup(provider.auth_mode, provider.installation) ? (
          <Notice icon={<AppWindow className="size-4" aria-hidden="true" />}>{t('form.popupNote', { name })}</Notice>
        ) : asked.length === 0 && !model.showsExternalId ? (
          <Notice icon={<Check className="size-4" aria-hidden="true" />}>{t('form.nothingNote')}</Notice>
        ) : null}
        {options.preview ? <Notice icon={<Eye className="size-4" aria-hidden="true" />}>{t('form.preview')}</Notice> : null}
      </form>
    </Frame>
  );
}

interface IntroProps {
  readonly integration: Integration;
  readonly guideUrl: string | undefined;
  readonly isReconnecting: boolean;
}

function Intro({ integration, guideUrl, isReconnecting }: IntroProps) {
  const { t } = useTranslation();
  const { report } = usePage();
  const { display_name: name, logo, unique_key: key } = integration;
  return (
    <div className="flex flex-col items-center text-center">
      <Logo name={name} src={logo} size="large" />
      <Heading className="mt-4 max-w-full break-words">
        {t(isReconnecting ? 'form.reconnectTitle' : 'form.title', { name })}
      </Heading>
      {guideUrl ? (
        <a
          href={guideUrl}
          target="_blank"
          rel="noreferrer"
          onClick={() => report('click:doc', key)}
          className="focus-ring mt-1 inline-flex items-center gap-0.5 rounded text-sm font-medium text-(--brand-ink) hover:underline"
        >
          {t('form.guide')}
          <ArrowUpRight className="size-4" aria-hidden="true" />
          <span className="sr-only">, {t('form.opens')}</span>
        </a>
      ) : null}
    </div>
  );
}

interface BoundProps {
  readonly field: FormField;
  readonly form: AnswersForm;
  readonly value: string;
  readonly guideUrl: string | undefined;
  readonly integration: Integration;
}

function BoundField({ field, form, value, guideUrl, integration }: BoundProps) {
  const { t } = useTranslation();
  const { report } = usePage();
  // An input that was only passed by is judged when the form is sent.
  const validate = (answer: string) => (answer === '' ? true : (breachOf(field, answer) ?? true));
  const error = form.formState.errors[field.id];
  const texts = { field: field.title, example: field.input.example };
  const textOf = (breach: RuleBreach) =>
    breach === 'pattern' && field.input.example ? t('rules.patternExample', texts) : t(`rules.${breach}`, texts);
  const breach = error?.type === 'validate' ? error.message : error?.type;
  return (
    <Field
      field={field}
      binding={form.register(field.id, { validate, onChange: () => form.clearErrors(field.id) })}
      value={value}
      error={error && (error.type === 'server' ? error.message : textOf(breach as RuleBreach))}
      helpUrl={guideUrl && field.input.doc_section ? `${guideUrl}${field.input.doc_section}` : undefined}
      onHelp={() => report('click:doc_section', integration.unique_key)}
    />
  );
}

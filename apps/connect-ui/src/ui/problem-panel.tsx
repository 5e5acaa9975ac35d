import { CircleAlert, ChevronRight, Clock, WifiOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { kindOf, type Problem, type ProblemKind } from '../domain/problem.js';
import { Heading } from './heading.js';

interface Props {
  readonly problem: Problem;
  /** The service it is about. */
  readonly name: string;
}

const ICONS: Readonly<Partial<Record<ProblemKind, typeof CircleAlert>>> = {
  expired: Clock,
  state: Clock,
  late_token: Clock,
  unreachable: WifiOff,
  connection_lost: WifiOff,
};

/** What the developer says to this person: why an account was refused. */
const wordsOf = (problem: Problem): string | undefined =>
  kindOf(problem) === 'validation' && problem.message !== '' ? problem.message : undefined;

/** What went wrong, what to do about it, and the facts for whoever has to help. */
export function ProblemPanel({ problem, name }: Props) {
  const { t } = useTranslation();
  const kind = kindOf(problem);
  const Icon = ICONS[kind] ?? CircleAlert;
  return (
    <div className="m-auto flex w-full flex-col items-center py-6 text-center">
      <span className="appear grid size-14 place-items-center rounded-full bg-danger-soft text-danger">
        <Icon className="size-7" strokeWidth={1.9} aria-hidden="true" />
      </span>
      <div role="alert" className="mt-5">
        <Heading>{t(`problems.${kind}.title`, { name })}</Heading>
        <p className="mt-2 text-[15px] leading-6 text-pretty whitespace-pre-line text-muted">
          {wordsOf(problem) ?? t(`problems.${kind}.cure`, { name })}
        </p>
      </div>
      {problem.code === 'missing_session_token' ? null : <Details problem={problem} />}
    </div>
  );
}

function Details({ problem }: { readonly problem: Problem }) {
  const { t } = useTranslation();
  return (
    <details className="details mt-6 w-full text-left text-[13px]">
      <summary className="focus-ring mx-auto flex w-fit cursor-pointer list-none items-center gap-1 rounded-lg px-2 py-1 text-muted hover:text-text">
        <ChevronRight className="chevron size-3.5" aria-hidden="true" />
        {t('problems.details')}
      </summary>
      <div className="mt-2 rounded-xl bg-subtle px-4 py-3 leading-5 break-words">
        <p>
          <span className="text-muted">{t('problems.code')}: </span>
          <code className="font-mono">{problem.code}</code>
        </p>
        {problem.message ? <p className="mt-1 whitespace-pre-wrap">{problem.message}</p> : null}
      </div>
    </details>
  );
}

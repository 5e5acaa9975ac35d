import { ChevronRight, PlugZap, Search, SearchX } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Integration } from '../api/wire.js';
import { matching } from '../domain/search.js';
import { usePage } from '../state/page-context.js';
import { Button } from '../ui/button.js';
import { Frame } from '../ui/frame.js';
import { Heading } from '../ui/heading.js';
import { Logo } from '../ui/logo.js';

interface Props {
  readonly integrations: readonly Integration[];
  readonly search: string;
  readonly onSearch: (search: string) => void;
  readonly onChoose: (integration: Integration) => void;
}

/** Few services are seen at a glance. */
const SEARCH_FROM = 5;

/** What can be connected. Arrow keys walk from the search through the list. */
export function ListScreen({ integrations, search, onSearch, onChoose }: Props) {
  const { t } = useTranslation();
  const { report } = usePage();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => report('view:list'), [report]);
  const found = matching(integrations, search);
  if (integrations.length === 0) {
    return (
      <Frame>
        <Empty icon={<PlugZap className="size-6" aria-hidden="true" />} text={t('list.emptyText')}>
          <Heading>{t('list.emptyTitle')}</Heading>
        </Empty>
      </Frame>
    );
  }
  return (
    <Frame>
      {/* eslint-disable-next-line jsx-a11y/no-static-element-interactions -- the keys move between the buttons inside */}
      <div ref={list} onKeyDown={(event) => walk(event, list.current)} className="flex flex-1 flex-col">
        <Heading>{t('list.title')}</Heading>
        <p className="mt-1 text-[15px] text-muted">{t('list.subtitle')}</p>
        {integrations.length >= SEARCH_FROM ? <SearchInput value={search} onChange={onSearch} /> : <div className="h-4" />}
        <p className="sr-only" role="status">
          {t('list.found', { count: found.length })}
        </p>
        {found.length > 0 ? (
          <ul className="-mx-3 flex flex-col gap-0.5 pt-1">
            {found.map((integration) => (
              <Row key={integration.unique_key} integration={integration} onChoose={onChoose} />
            ))}
          </ul>
        ) : (
          <Empty icon={<SearchX className="size-6" aria-hidden="true" />} text={t('list.noMatchText')}>
            <p className="text-[17px] font-semibold break-words">{t('list.noMatchTitle', { search: search.trim() })}</p>
            <Button look="quiet" className="order-last mt-5 w-auto!" onClick={() => onSearch('')}>
              {t('list.clear')}
            </Button>
          </Empty>
        )}
      </div>
    </Frame>
  );
}

function SearchInput({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const { t } = useTranslation();
  return (
    <div className="sticky top-0 z-1 -mx-2 bg-surface px-2 pt-5 pb-3">
      <div className="control flex items-center">
        <Search className="ml-3 size-4 shrink-0 text-muted" aria-hidden="true" />
        <input
          type="text"
          role="searchbox"
          inputMode="search"
          autoComplete="off"
          spellCheck={false}
          aria-label={t('list.search')}
          placeholder={t('list.search')}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className="h-full min-w-0 flex-1 bg-transparent px-2.5 outline-none"
        />
      </div>
    </div>
  );
}

function Row({ integration, onChoose }: { readonly integration: Integration; readonly onChoose: (chosen: Integration) => void }) {
  const { report } = usePage();
  const choose = () => {
    report('click:integration', integration.unique_key);
    onChoose(integration);
  };
  return (
    <li>
      <button
        type="button"
        data-row
        onClick={choose}
        className="focus-ring group flex w-full items-center gap-3.5 rounded-xl px-3 py-2.5 text-left -outline-offset-2! transition hover:bg-hover active:bg-pressed"
      >
        <Logo name={integration.display_name} src={integration.logo} />
        <span className="min-w-0 flex-1 truncate font-medium">{integration.display_name}</span>
        <ChevronRight
          className="size-4 text-muted opacity-60 transition group-hover:translate-x-0.5 group-hover:opacity-100"
          aria-hidden="true"
        />
      </button>
    </li>
  );
}

interface EmptyProps {
  readonly icon: React.ReactNode;
  readonly text: string;
  readonly children: React.ReactNode;
}

function Empty({ icon, text, children }: EmptyProps) {
  return (
    <div className="m-auto flex flex-col items-center py-8 text-center">
      <span className="mb-4 grid size-14 place-items-center rounded-full bg-subtle text-muted">{icon}</span>
      {children}
      <p className="mt-2 text-[15px] leading-6 text-pretty text-muted">{text}</p>
    </div>
  );
}

const STEPS: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowDown: (at, count) => Math.min(at + 1, count - 1),
  ArrowUp: (at) => at - 1,
  Home: (at) => (at < 0 ? at : 0),
  End: (at, count) => (at < 0 ? at : count - 1),
};

/** Moves the focus through the rows; up from the first one is the search. */
function walk(event: KeyboardEvent, root: HTMLElement | null): void {
  const step = STEPS[event.key];
  if (!step || !root) return;
  const rows = [...root.querySelectorAll<HTMLElement>('[data-row]')];
  const at = rows.findIndex((row) => row === document.activeElement);
  const next = step(at, rows.length);
  if (next === at) return;
  event.preventDefault();
  if (next < 0) root.querySelector('input')?.focus();
  else rows[next]?.focus();
}

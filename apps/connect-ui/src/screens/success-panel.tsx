import { useTranslation } from 'react-i18next';
import type { Connected, Integration } from '../api/wire.js';
import { usePage } from '../state/page-context.js';
import { Button } from '../ui/button.js';
import { Frame } from '../ui/frame.js';
import { Heading } from '../ui/heading.js';
import { Logo } from '../ui/logo.js';

interface Props {
  readonly integration: Integration;
  readonly connected: Connected;
}

/** It worked. */
export function SuccessPanel({ integration, connected }: Props) {
  const { t } = useTranslation();
  const { options, requestClose } = usePage();
  const { display_name: name, logo } = integration;
  const finish = options.framed ? <Button onClick={() => requestClose('click:finish')}>{t('actions.finish')}</Button> : undefined;
  return (
    <Frame footer={finish}>
      <div className="m-auto flex flex-col items-center py-6 text-center">
        <span className="relative">
          <Logo name={name} src={logo} size="large" />
          <Tick />
        </span>
        <div role="status" className="mt-5">
          <Heading>{t(connected.isPending ? 'success.pendingTitle' : 'success.title', { name })}</Heading>
          <p className="mt-2 text-[15px] leading-6 text-pretty text-muted">
            {t(connected.isPending ? 'success.pendingText' : 'success.text', { name })}
            {options.framed ? null : ` ${t('success.closeTab')}`}
          </p>
        </div>
      </div>
    </Frame>
  );
}

function Tick() {
  return (
    <span className="appear absolute -right-2 -bottom-2 grid size-7 place-items-center rounded-full bg-success-fill ring-4 ring-surface">
      <svg className="size-4" viewBox="0 0 24 24" fill="none" aria-hidden="true">
        <path
          className="tick"
          d="m5 12.5 4.5 4.5L19 7.5"
          stroke="#fff"
          strokeWidth="3"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
    </span>
  );
}

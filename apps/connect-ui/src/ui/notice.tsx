import type { ReactNode } from 'react';

const TONES = {
  info: 'bg-subtle text-muted',
  warning: 'bg-warning-soft text-warning',
} as const;

interface Props {
  readonly tone?: keyof typeof TONES;
  readonly icon?: ReactNode;
  readonly children: ReactNode;
}

/** A short remark in a coloured box. */
export function Notice({ tone = 'info', icon, children }: Props) {
  return (
    <div className={`flex items-start gap-2.5 rounded-xl px-3.5 py-3 text-[13px] leading-5 ${TONES[tone]}`}>
      {icon ? <span className="mt-px shrink-0">{icon}</span> : null}
      <p>{children}</p>
    </div>
  );
}

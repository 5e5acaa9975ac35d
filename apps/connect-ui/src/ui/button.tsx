import type { ButtonHTMLAttributes } from 'react';

type Look = 'primary' | 'quiet' | 'danger';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: Look;
}

const LOOKS: Readonly<Record<Look, string>> = {
  primary:
    'bg-(--brand-fill) text-(--brand-on-fill) shadow-button hover:brightness-108 active:brightness-95 disabled:opacity-55 disabled:hover:brightness-100',
  quiet: 'bg-surface text-text border border-line-strong hover:bg-hover active:bg-pressed',
  danger: 'bg-danger-fill text-white shadow-button hover:brightness-108 active:brightness-95',
};

/** A button with a text; the one main step of a screen is `primary`. */
export function Button({ look = 'primary', className = '', type = 'button', ...rest }: Props) {
  return (
    <button
      type={type}
      className={`focus-ring inline-flex h-11 w-full items-center justify-center gap-2 rounded-xl px-4 text-[15px] font-semibold tracking-[-0.005em] transition disabled:cursor-not-allowed ${LOOKS[look]} ${className}`}
      {...rest}
    />
  );
}

interface IconProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly label: string;
}

/** A button that shows only an icon. */
export function IconButton({ label, className = '', ...rest }: IconProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`focus-ring grid size-9 place-items-center rounded-lg text-muted transition hover:bg-hover hover:text-text ${className}`}
      {...rest}
    />
  );
}

import { type ReactNode, useLayoutEffect, useRef } from 'react';

interface Props {
  readonly children: ReactNode;
  readonly className?: string;
}

/** The title of a screen. It takes the focus when the screen appears, so that it is read out and Tab goes on from there. */
export function Heading({ children, className = '' }: Props) {
  const ref = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => ref.current?.focus({ preventScroll: true }), []);
  return (
    <h1
      ref={ref}
      id="screen-title"
      tabIndex={-1}
      className={`text-[20px] leading-7 font-semibold tracking-[-0.015em] text-balance text-text outline-none ${className}`}
    >
      {children}
    </h1>
  );
}

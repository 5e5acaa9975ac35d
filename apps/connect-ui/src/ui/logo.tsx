import { useState } from 'react';

interface Props {
  readonly name: string;
  readonly src: string;
  readonly size?: 'small' | 'large';
}

const SIZES = { small: 'size-10 rounded-[11px] p-[7px]', large: 'size-14 rounded-2xl p-[10px]' } as const;
const LETTERS = { small: 'text-base', large: 'text-xl' } as const;

/** The logo of a service on a white tile, so that dark ones stay visible; its first letter when there is no picture. */
export function Logo({ name, src, size = 'small' }: Props) {
  const [isBroken, setIsBroken] = useState(false);
  const isLetter = isBroken || !src;
  return (
    <span aria-hidden="true" className={`grid shrink-0 place-items-center overflow-hidden bg-white shadow-tile ${SIZES[size]}`}>
      {isLetter ? (
        <span className={`font-semibold text-slate-600 ${LETTERS[size]}`}>{name.trim().charAt(0).toUpperCase()}</span>
      ) : (
        <img src={src} alt="" className="size-full object-contain" onError={() => setIsBroken(true)} />
      )}
    </span>
  );
}

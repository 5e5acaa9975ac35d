/** Something is going on. Its meaning stands beside it in words. */
export function Spinner({ className = 'size-6', stroke = 2.5 }: { readonly className?: string; readonly stroke?: number }) {
  return (
    <svg className={`spinner ${className}`} viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <circle cx="12" cy="12" r="9.5" stroke="currentColor" strokeOpacity="0.16" strokeWidth={stroke} />
      <path d="M21.5 12a9.5 9.5 0 0 0-9.5-9.5" stroke="currentColor" strokeWidth={stroke} strokeLinecap="round" />
    </svg>
  );
}

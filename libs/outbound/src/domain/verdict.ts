/** Whether something may be called, and why not. */
export type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

export const ALLOWED: Verdict = { allowed: true };

export const refused = (reason: string): Verdict => ({ allowed: false, reason });

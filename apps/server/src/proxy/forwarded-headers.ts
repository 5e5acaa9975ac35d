type Incoming = Readonly<Record<string, string | string[] | undefined>>;

const PREFIX = 'nango-proxy-';

/** Describe the body, which goes out as it came in. */
const OF_BODY = ['content-type', 'content-encoding'] as const;

/** What goes out of the caller's headers: those marked for it, and those that describe a body. */
export function forwardedHeaders(incoming: Incoming, hasBody: boolean): Record<string, string | string[]> {
  const forwarded: Record<string, string | string[]> = {};
  for (const name of hasBody ? OF_BODY : []) {
    const value = incoming[name];
    if (value !== undefined) forwarded[name] = value;
  }
  for (const name in incoming) {
    if (!name.startsWith(PREFIX) || name.length === PREFIX.length) continue;
    const value = incoming[name];
    if (value !== undefined) forwarded[name.slice(PREFIX.length)] = value;
  }
  return forwarded;
}

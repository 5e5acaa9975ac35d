const escaped = (text) => String(text).replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** The page on which a user says yes or no: for browsers, and plain enough to be answered by a program. */
export const consentPage = (title, action, fields = {}) => ({
  body: `<!doctype html><html lang="en"><head><title>${escaped(title)}</title></head><body><h1>${escaped(title)}</h1>
<form method="post" action="${escaped(action)}">
${Object.entries(fields)
  .map(([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`)
  .join('\n')}
<button name="decision" value="approve">Approve</button>
<button name="decision" value="deny">Deny</button>
</form></body></html>`,
});

/** An address with parameters added; undefined ones are left out. */
export function withQuery(address, params) {
  const url = new URL(address);
  for (const [name, value] of Object.entries(params)) if (value !== undefined) url.searchParams.set(name, value);
  return url;
}

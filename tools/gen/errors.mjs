import { at } from '../setup/place.mjs';

const WHOSE = { user: 'the caller', provider: 'the upstream API', us: 'Fairlead' };

/** `docs/errors.md`: every error code, from the catalogue. */
export default async function errors() {
  const { ERRORS } = await import(at('dist/libs/kernel/src/index.js'));
  const rows = Object.entries(ERRORS)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { status, fault }]) => `| \`${code}\` | ${status} | ${WHOSE[fault]} |`);
  return {
    'docs/errors.md': `# Errors

Made by \`npm run gen\` from \`libs/kernel/src/errors.ts\`. An error is answered as \`{ "error": { "code", "message", … } }\`; codes are API and are never renamed
within a major version. The status is the usual one; an endpoint may answer a code with another.

| code | status | who can cure it |
|---|---|---|
${rows.join('\n')}
`,
  };
}

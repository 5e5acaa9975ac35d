import { at } from '../setup/place.mjs';

/** `docs/queues.md`: every kind of job, from the catalogue. */
export default async function queues() {
  const { JOBS } = await import(at('dist/libs/contracts/src/index.js'));
  const rows = Object.entries(JOBS).map(([name, { queue, data }]) => `| \`${name}\` | \`${queue}\` | ${fieldsOf(data)} |`);
  return {
    'docs/queues.md': `# Queues

Made by \`npm run gen\` from \`libs/contracts/src/jobs.ts\`. Redis carries ready work and can be lost: the truth is in Postgres, and queues are rebuilt from it.
Job data holds ids, at most 2 kB.

| job | queue | data |
|---|---|---|
${rows.join('\n')}
`,
  };
}

const fieldsOf = (schema) =>
  Object.entries(schema.shape)
    .map(([name, type]) => `\`${name}${type.safeParse(undefined).success ? '?' : ''}\``)
    .join(', ');

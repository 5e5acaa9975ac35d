import { at } from '../setup/place.mjs';

/** `docs/queues.md`: every kind of job, from the catalogue. */
export default async function queues() {
  const { JOBS, isStream } = await import(at('dist/libs/contracts/src/index.js'));
  const rows = Object.entries(JOBS).map(
    ([name, { queue, data }]) => `| \`${name}\` | \`${queue}\` | ${isStream(queue) ? 'stream' : 'BullMQ'} | ${fieldsOf(data)} |`,
  );
  return {
    'docs/queues.md': `# Queues

Made by \`npm run gen\` from \`libs/contracts/src/jobs.ts\`. Redis carries ready work and can be lost: the truth is in Postgres, and queues are rebuilt from it.
Job data holds ids, at most 2 kB.

A queue of BullMQ is on the board; a stream carries what somebody waits for ([ADR 20](adr/0020-waiting-callers-go-past-the-queue.md)).

| job | queue | by | data |
|---|---|---|---|
${rows.join('\n')}
`,
  };
}

const fieldsOf = (schema) =>
  Object.entries(schema.shape)
    .map(([name, type]) => `\`${name}${type.safeParse(undefined).success ? '?' : ''}\``)
    .join(', ');

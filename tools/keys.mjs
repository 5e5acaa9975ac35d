import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { main } from './setup/main.mjs';
import { at, nodeProgram, root, SetupError } from './setup/place.mjs';
import { run, signalChildren } from './setup/run.mjs';

/**
 * `npm run keys -- COMMAND`: encryption keys of the installation that NANGO_DATABASE_URL names, else of the stack that runs in FAIRLEAD_DATA_DIR.
 * The program itself is `dist/apps/server/src/keys/main.js`.
 */
const WITHOUT_A_STACK = new Set(['generate', 'wrap', undefined]);

/** Where the running stack keeps its database, and its root key unless one is given. */
function surroundings(command) {
  if (isGiven('NANGO_DATABASE_URL') || WITHOUT_A_STACK.has(command)) return {};
  const folder = process.env.FAIRLEAD_DATA_DIR ?? join(root, '.data');
  const running = join(folder, 'postgres', 'postmaster.pid');
  if (!existsSync(running)) {
    throw new SetupError(`no stack runs in ${folder}: start one with \`npm start\`, or name a database in NANGO_DATABASE_URL`);
  }
  const port = readFileSync(running, 'utf8').split('\n')[3];
  const { postgresPassword, NANGO_ENCRYPTION_KEY } = JSON.parse(readFileSync(join(folder, 'secrets.json'), 'utf8'));
  const hasKey = isGiven('NANGO_ENCRYPTION_KEY') || isGiven('NANGO_ENCRYPTION_KEY_WRAPPED');
  return {
    NANGO_DATABASE_URL: `postgres://fairlead:${encodeURIComponent(postgresPassword)}@127.0.0.1:${port}/fairlead`,
    ...(hasKey ? {} : { NANGO_ENCRYPTION_KEY }),
  };
}

const isGiven = (name) => Boolean(process.env[name] || process.env[`${name}_FILE`]);

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => signalChildren(signal));
await main(async () => {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const given = process.argv.slice(2);
  const env = { ...process.env, ...surroundings(given.find((argument) => !argument.startsWith('-'))) };
  await ensureBuilt(console.error);
  process.exitCode = await run(nodeProgram(), [at('dist/apps/server/src/keys/main.js'), ...given], { env });
});

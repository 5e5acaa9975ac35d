import { ensureInstalled } from './setup/install.mjs';
import { at, SetupError } from './setup/place.mjs';
import { takeTurns } from './setup/take-turns.mjs';

/** Installs the dependencies of the product and of the client tests, unless they are there. */
try {
  await takeTurns(console.log, async () => {
    await ensureInstalled(console.log);
    await ensureInstalled(console.log, at('test/compat'));
  });
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

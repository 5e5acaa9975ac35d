import { ensureInstalled } from './setup/install.mjs';
import { main } from './setup/main.mjs';
import { at } from './setup/place.mjs';
import { takeTurns } from './setup/take-turns.mjs';

/** Installs the dependencies of the product and of the client tests, unless they are there. */
await main(() =>
  takeTurns(console.log, async () => {
    await ensureInstalled(console.log);
    await ensureInstalled(console.log, at('test/compat'));
  }),
);

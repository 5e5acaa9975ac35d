import { ensureBuilt } from '../build.mjs';
import { ensureInstalled } from '../setup/install.mjs';
import { at, nodeProgram, SetupError } from '../setup/place.mjs';
import { run, signalChildren } from '../setup/run.mjs';
import { takeTurns } from '../setup/take-turns.mjs';
import { endWithNpm } from './end-with-npm.mjs';

/** `npm start`: runs on any Node since 20 with nothing installed, makes everything ready, and hands over to the launcher on the pinned Node. */
const say = (progress) => console.log(`fairlead: ${progress}`);

let interrupted = false;

function passSignalsOn() {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ]) {
    process.on(signal, () => {
      interrupted = true;
      if (!signalChildren(signal)) process.exit(code);
    });
  }
}

passSignalsOn();
endWithNpm();
try {
  await takeTurns(say, () => ensureInstalled(say));
  await ensureBuilt(say);
  // The channel tells the launcher when we are gone.
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc'];
  process.exitCode = await run(nodeProgram(), [at('dist/apps/standalone/src/launcher/main.js'), ...process.argv.slice(2)], {
    stdio,
  });
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  if (!interrupted) console.error(`fairlead: ${error.message}`);
  process.exitCode = 1;
}

import { ensureBuilt } from './build.mjs';
import { main } from './setup/main.mjs';
import { at, nodeProgram } from './setup/place.mjs';
import { run, signalChildren } from './setup/run.mjs';

/** `npm run dev`: the stack of `npm start`, whose services start again whenever a source changes. */
await main(async () => {
  await ensureBuilt(console.log);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => signalChildren(signal));
  const tsc = [at('node_modules/typescript-7/bin/tsc'), '-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'];
  const pages = [`--watch-path=${at('apps/connect-ui/src')}`, at('apps/connect-ui/build-connect-ui.mjs')];
  const watched = ['apps', 'libs'].map((folder) => `--watch-path=${at('dist', folder)}`);
  await Promise.race([
    run(nodeProgram(), tsc),
    run(nodeProgram(), pages),
    run(nodeProgram(), [at('dist/apps/standalone/src/launcher/main.js'), ...watched], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    }),
  ]);
  signalChildren('SIGTERM');
});

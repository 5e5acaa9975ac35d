import { startFarm } from './index.mjs';

/** A farm as a process: `node test/farm/main.mjs [port]`. Prints where it is and who is known there, as one line of JSON. */
const farm = await startFarm({ port: Number(process.argv[2] ?? 0) });
console.log(JSON.stringify({ ...farm.access, catalogue: farm.catalogue() }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void farm.close().then(() => process.exit(0)));

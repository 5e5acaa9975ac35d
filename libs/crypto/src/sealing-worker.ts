import { parentPort } from 'node:worker_threads';
import type { Sealer as SealerType } from './domain/sealed-box.js';
import type { SealedAnswer, SealingOrder } from './sealing-thread.js';

/** Seals on a thread of its own; orders are answered one after the other. As every process has, it has a subkey of its own. */
const BOX = `./domain/sealed-box${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`;
const { Sealer } = (await import(BOX)) as typeof import('./domain/sealed-box.js');

let sealer: SealerType | undefined;
let sealsWith: number | undefined;

parentPort?.on('message', ({ keyId, dataKey, values }: SealingOrder) => {
  if (!sealer || keyId !== sealsWith) sealer = new Sealer(keyId, Buffer.from(dataKey));
  sealsWith = keyId;
  const { bytes, sizes } = sealer.sealAll(values);
  const answer: SealedAnswer = { bytes, sizes };
  // Only of what is not a piece of memory that others use too.
  parentPort?.postMessage(answer, bytes.byteLength === bytes.buffer.byteLength ? [bytes.buffer as ArrayBuffer] : []);
});

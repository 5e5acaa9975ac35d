import ivm from 'isolated-vm';
import { randomBytes } from 'node:crypto';
import { keepHashes, withNewHashes } from './hashes.js';
import { Instance } from './instance.js';
import type { FunctionSnapshot, GeneralSnapshots } from './protocol.js';
import { WRAPPER_HEAD, wrapped } from './wrapper.js';

/** How the prelude is named in stack traces. */
const PRELUDE_SCRIPT = { filename: 'fairlead:prelude' };
/** What leads to the prelude in a general snapshot; gone once an instance was made. */
export const GENERAL_DOOR = '__fairlead';

/**
 * What nearly every run goes through, done once in a context that is thrown away: its code is then compiled in the snapshot, and no isolate
 * compiles it again.
 * @param door expression that leads to the prelude
 */
const warmUp = (door: string): string => `'use strict';
  new URLSearchParams('a=1').get('a');
  Buffer.from('x').toString('base64');
  const entry = ${door}.boot((call) => void Promise.resolve().then(() => entry.deliver(call, '{"ok":null}')), () => '{"ok":null}');
  entry.load((module) => {
    module.exports = { default: { exec: async (nango) => {
      await nango.getCheckpoint();
      await new Promise((resolve) => setTimeout(resolve, 1));
    } } };
  });
  entry.start('{"kind":"sync","properties":{}}', '{}');
`;

/** Whether a bundle may ask for zod, which is then made in its snapshot already. One that names it in another way gets it all the same, later. */
export const namesZod = (source: string): boolean => source.includes('zod');

export function generalSnapshots(prelude: string): GeneralSnapshots {
  const take = (...more: { code: string }[]) =>
    bytesOf(
      withNewHashes(() => ivm.Isolate.createSnapshot([{ ...PRELUDE_SCRIPT, code: prelude }, ...more], warmUp(GENERAL_DOOR))),
    );
  return { plain: take(), withZod: take({ code: `${GENERAL_DOOR}.forSnapshot.loadZod();` }) };
}

const bytesOf = (snapshot: ivm.ExternalCopy<ArrayBuffer>): Uint8Array => new Uint8Array(snapshot.copy());

const FACTORY = 'globalThis.__factory = ';

/**
 * Evaluates a bundle and takes a snapshot of what it made. The prelude stays reachable for the host under a binding that the bundle cannot
 * find, guess or replace: it is no property of the global, its name is random, and it is constant.
 * @throws Error where the body fails, or depends on the moment or the host: such a function has no snapshot
 */
export function takeSnapshot(prelude: string, source: string, scriptName: string): Pick<FunctionSnapshot, 'door' | 'bytes'> {
  const door = `fairlead_${randomBytes(16).toString('hex')}`;
  // Microtasks run between two scripts. Strict code cannot be read off the stack.
  const scripts = [
    { ...PRELUDE_SCRIPT, code: prelude },
    {
      code: `'use strict'; const ${door} = globalThis.${GENERAL_DOOR}; ${namesZod(source) ? `${door}.forSnapshot.loadZod(); ` : ''}${door}.forSnapshot.watch();`,
    },
    {
      code: `${FACTORY}${wrapped(source)}`,
      filename: scriptName,
      columnOffset: -(FACTORY.length + WRAPPER_HEAD.length),
    },
    {
      code: `'use strict'; { const factory = globalThis.__factory; delete globalThis.__factory; ${door}.forSnapshot.load(factory); }`,
    },
    { code: `'use strict'; ${door}.forSnapshot.seal();` },
  ];
  const taken = withNewHashes(() => ivm.Isolate.createSnapshot(scripts, warmUp(door)));
  proveUsable(taken, door);
  return { door, bytes: bytesOf(taken) };
}

/** V8 ends the process that restores a snapshot in which something was changed that it needs: this one rather than one that serves. */
function proveUsable(snapshot: ivm.ExternalCopy<ArrayBuffer>, door: string): void {
  keepHashes();
  const isolate = new ivm.Isolate({ snapshot });
  new Instance(isolate, isolate.createContextSync(), door, true).dispose();
}

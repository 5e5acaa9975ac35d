import ivm from 'isolated-vm';
import { randomBytes } from 'node:crypto';
import { Instance } from './instance.js';
import type { FunctionSnapshot } from './protocol.js';
import { WRAPPER_HEAD, wrapped } from './wrapper.js';

/** How the prelude is named in stack traces. */
export const PRELUDE_SCRIPT = { filename: 'fairlead:prelude' };

/** Exercised while a snapshot is taken, so that a fresh isolate need not compile it again. */
export const WARM_UP = `
  new URLSearchParams('a=1').get('a');
  Buffer.from('x').toString('base64');
`;

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
    { code: `'use strict'; const ${door} = globalThis.__fairlead; ${door}.forSnapshot.watch();` },
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
  const taken = ivm.Isolate.createSnapshot(scripts, WARM_UP);
  proveUsable(taken, door);
  return { door, bytes: new Uint8Array(taken.copy()) };
}

/** V8 ends the process that restores a snapshot in which something was changed that it needs: this one rather than one that serves. */
function proveUsable(snapshot: ivm.ExternalCopy<ArrayBuffer>, door: string): void {
  const isolate = new ivm.Isolate({ snapshot });
  new Instance(isolate, isolate.createContextSync(), door, true).dispose();
}

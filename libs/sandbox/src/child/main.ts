import { fileURLToPath } from 'node:url';
import { CodeCache } from './code-cache.js';
import { Isolates } from './isolates.js';
import type { FromChild, ToChild } from './protocol.js';
import { Run } from './run.js';

/**
 * A sandbox process: runs executions in fresh isolates and asks the supervisor for everything else. It holds no secret and opens no
 * connection. The supervisor kills it when it is over budget or silent; nothing here needs saving.
 */
const PRELUDE = fileURLToPath(new URL('../../prelude.js', import.meta.url));
const WATCH_MS = 10;
const PREPARED_AHEAD = 3;

const isolates = new Isolates(PRELUDE, PREPARED_AHEAD);
const codes = new CodeCache();
const runs = new Map<string, Run>();
const waiting = new Map<string, (json: string) => void>();
let lastCall = 0;

const say = (message: FromChild): void => {
  process.send?.(message);
};

const ask = (run: string) => (op: string, args: string, body: string | undefined) =>
  new Promise<string>((resolve) => {
    const call = ++lastCall;
    waiting.set(`${run} ${call}`, resolve);
    say({ type: 'call', run, call, op, args, body });
  });

async function execute(spec: Extract<ToChild, { type: 'run' }>['spec']): Promise<void> {
  if (spec.code !== undefined) codes.learn(spec.bundleHash, spec.code);
  const run = new Run(spec, isolates, codes, ask(spec.id));
  runs.set(spec.id, run);
  const result = await run.execute();
  runs.delete(spec.id);
  for (const key of waiting.keys()) if (key.startsWith(`${spec.id} `)) waiting.delete(key);
  say({ type: 'done', run: spec.id, result });
}

process.on('message', (message: ToChild) => {
  switch (message.type) {
    case 'run':
      void execute(message.spec);
      break;
    case 'reply': {
      const key = `${message.run} ${message.call}`;
      waiting.get(key)?.(message.json);
      waiting.delete(key);
      break;
    }
    case 'abort':
      runs.get(message.run)?.stop('aborted', 'the execution was cancelled');
      break;
    case 'ping':
      say({ type: 'pong', rssBytes: process.memoryUsage.rss() });
      break;
  }
});

// A supervisor that is gone leaves nothing to work for.
process.on('disconnect', () => process.exit(0));

setInterval(() => {
  const now = performance.now();
  for (const run of runs.values()) run.watch(now);
}, WATCH_MS);

say({ type: 'ready' });

import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at } from '../../setup/place.mjs';

/**
 * Ways to break a promise of the product, each a change of its built code, to see that the checker tells of it.
 * @type {Record<string, { what: string, changes: readonly { file: string, from: string, to: string }[] }>}
 */
export const SABOTAGES = {
  'late-batches': {
    what: '`persist` takes batches of runs that have ended',
    changes: [
      {
        file: 'apps/persist/src/execution/settled-runs.service.js',
        from: 'async refuse(executionId) {',
        to: 'async refuse(executionId) { return;',
      },
      {
        file: 'apps/persist/src/execution/settled-runs.service.js',
        from: 'async refuseNow(executionId) {',
        to: 'async refuseNow(executionId) { return;',
      },
    ],
  },
  'late-results': {
    what: 'the step to a final state does not name the state it expects',
    changes: [
      {
        file: 'libs/executions/src/ledger.repository.js',
        from: 'WHERE id = $1 AND ${OPEN} RETURNING id, kind',
        to: 'WHERE id = $1 RETURNING id, kind',
      },
    ],
  },
  'batches-twice': {
    what: 'a batch that is sent again is applied again',
    changes: [{ file: 'apps/persist/src/records/batch-scope.js', from: 'batchId: batchId ?? newId()', to: 'batchId: newId()' }],
  },
  'lost-jobs': {
    what: 'the reconciler leaves work alone that Redis has lost',
    changes: [
      { file: 'libs/executions/src/reconciler.js', from: 'await this.dispatcher.offerRows(kind, unknown);', to: '' },
      { file: 'libs/executions/src/held-slots.js', from: 'await this.dispatcher.enqueueAgain(kind, offer)', to: 'await false' },
    ],
  },
  'forgotten-batch': {
    what: 'deletion detection forgets the last batch',
    changes: [
      {
        file: 'libs/records/src/record-deletions.js',
        from: 'dataset_id = $1 AND no >= $4',
        to: 'dataset_id = $1 AND no >= $4 AND no < (SELECT max(no) FROM records.batches WHERE dataset_id = $1)',
      },
    ],
  },
};

/** A copy of what was built, with a sabotage in it. @returns where its `dist` is, and how to be rid of it */
export function sabotagedBuild(name) {
  const broken = brokenCode(name);
  const build = mkdtempSync(join(tmpdir(), 'fairlead-sabotage-'));
  cpSync(at('dist'), join(build, 'dist'), { recursive: true });
  cpSync(at('package.json'), join(build, 'package.json'));
  symlinkSync(realpathSync(at('node_modules')), join(build, 'node_modules'));
  for (const [file, code] of broken) writeFileSync(join(build, 'dist', file), code);
  return { build, remove: () => rmSync(build, { recursive: true, force: true }) };
}

/** Files of the build as a sabotage has them. @throws where the code is not what the sabotage was made for */
export function brokenCode(name) {
  const broken = new Map();
  for (const { file, from, to } of SABOTAGES[name].changes)
    broken.set(file, changed(broken.get(file) ?? readFileSync(at('dist', file), 'utf8'), { name, file, from, to }));
  return broken;
}

function changed(code, { name, file, from, to }) {
  const parts = code.split(from);
  if (parts.length !== 2)
    throw new Error(`the sabotage ${name} finds ${JSON.stringify(from)} ${parts.length - 1} times in ${file}, not once`);
  return parts.join(to);
}

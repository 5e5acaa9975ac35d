import { isDeepStrictEqual } from 'node:util';
import { Source } from './sources.mjs';

/**
 * What a run must have been like, decided from its history alone. Each check answers what it found wrong, and what it looked at.
 * @typedef {{ violations: string[], evidence: string[] }} Verdict
 */

const FINAL = new Set(['succeeded', 'failed', 'expired', 'cancelled']);
const SHOWN = 12;

/** @returns {Record<'I1' | 'I2' | 'I3' | 'I4' | 'I5', Verdict>} */
export const checkAll = (history) => ({
  I1: checkExecutions(history),
  I2: checkRecords(history),
  I3: checkDeliveries(history),
  I4: checkDeletions(history),
  I5: checkProgress(history),
});

/** I1: every accepted execution reached exactly one final state, and callers were told the truth about it. */
export function checkExecutions({ moves, executions, actions, asyncs, works }) {
  const violations = [];
  const ends = new Map();
  for (const { id, was, state } of moves) {
    if (was && FINAL.has(was)) violations.push(`execution ${id} went from ${was} to ${state}`);
    if (FINAL.has(state)) ends.set(id, (ends.get(id) ?? 0) + 1);
  }
  const known = new Map();
  for (const execution of executions) {
    if (!FINAL.has(execution.state)) violations.push(`${execution.kind} ${execution.id} is still ${execution.state}`);
    else if (ends.get(execution.id) !== 1)
      violations.push(`${execution.kind} ${execution.id} ended ${ends.get(execution.id) ?? 0} times`);
    known.set(execution.retryKey, [...(known.get(execution.retryKey) ?? []), execution]);
  }
  const timesOf = (mark) => works.get(mark) ?? 0;
  for (const call of actions) violations.push(...problemsOfAction(call, timesOf(call.mark)));
  const accepted = asyncs.filter(({ id }) => id !== undefined);
  for (const call of accepted) violations.push(...problemsOfAsync(call, known.get(call.id) ?? [], timesOf(call.mark)));
  const answered = actions.filter(({ status }) => status === 200).length;
  return {
    violations,
    evidence: [
      `${executions.length} executions in the ledger, each with one end: ${countText(executions, ({ kind, state }) => `${kind} ${state}`)}`,
      `${moves.length} moves of state seen by the database, none out of a final state`,
      `${actions.length} actions called, ${answered} answered with their output, the rest told: ${countText(
        actions.filter(({ status }) => status !== 200),
        ({ status, body, lost }) => (status === 0 ? `broke off (${lost})` : `${status} ${body?.error?.code ?? ''}`),
      )}`,
      `${accepted.length} asynchronous actions accepted, every one ended; no action's work was done more often than it was tried`,
    ],
  };
}

function* problemsOfAction({ mark, isKeyed, status, body }, times) {
  if (times > 1) yield `action ${mark} did its work ${times} times`;
  if (status === 200 && body?.mark !== mark) yield `action ${mark} was answered ${JSON.stringify(body)}`;
  if (status === 200 && times !== 1) yield `action ${mark} was answered, but its work was done ${times} times`;
  if (isKeyed && status === 0) yield `action ${mark} was never answered under its key`;
}

function* problemsOfAsync({ mark, id, result }, attempts, times) {
  if (attempts.length === 0) yield `asynchronous action ${id} was accepted and is not in the ledger`;
  if (times > attempts.length) yield `asynchronous action ${mark} did its work ${times} times in ${attempts.length} attempts`;
  const hasSucceeded = attempts.some(({ state }) => state === 'succeeded');
  if (hasSucceeded && times === 0) yield `asynchronous action ${mark} succeeded without doing its work`;
  if (attempts.filter(({ state }) => state === 'succeeded').length > 1) yield `asynchronous action ${mark} succeeded twice`;
  if (hasSucceeded !== (result?.status === 200)) {
    const states = attempts.map(({ state }) => state).join(', ');
    yield `asynchronous action ${mark}: the ledger says ${states}, the caller is told ${result?.status}`;
  }
  if (result?.status === 200 && result.body?.mark !== mark)
    yield `asynchronous action ${mark} answers ${JSON.stringify(result.body)}`;
}

/** I2: records, counts and the history a reader saw are those of the source. */
export function checkRecords({ datasets, readers, runs }) {
  const violations = [];
  const evidence = [];
  for (const reader of readers) {
    const name = `${reader.connection}/${reader.model}`;
    const dataset = datasets.find(({ connection, model }) => connection === reader.connection && model === reader.model);
    if (!dataset) {
      violations.push(`${name} has no records`);
      continue;
    }
    const problems = [
      ...problemsOfSet(reader, dataset),
      ...problemsOfHistory(dataset),
      ...problemsOfOrder(dataset),
      ...problemsOfRuns(dataset, runs),
      ...problemsOfReader(reader, dataset),
    ];
    violations.push(...problems.map((problem) => `${name}: ${problem}`));
    const tail = problems.length === 0 ? 'as the source says' : `${problems.length} problems`;
    evidence.push(
      `${name}: ${dataset.changes.length} changes in ${dataset.batches.length} batches, ${reader.shown.length} of them shown to the reader as ` +
        `they stood, ${reader.truth.length} records live at the end, ${tail}`,
    );
  }
  return { violations, evidence };
}

function* problemsOfSet({ truth, listed, count }, { liveCount }) {
  const live = new Map(listed.filter(({ isDeleted }) => !isDeleted).map(({ id, record }) => [id, record]));
  const expected = new Map(truth.map((record) => [record.id, record]));
  for (const [id, record] of expected) {
    if (!live.has(id)) yield `record ${id} is missing`;
    else if (!isDeepStrictEqual(live.get(id), record))
      yield `record ${id} is ${JSON.stringify(live.get(id))}, not ${JSON.stringify(record)}`;
  }
  for (const id of live.keys()) if (!expected.has(id)) yield `record ${id} is live, but not in the source`;
  if (count !== expected.size) yield `the API counts ${count} records, there are ${expected.size}`;
  if (liveCount !== live.size) yield `the counter says ${liveCount}, there are ${live.size}`;
}

/** Sequence numbers without a gap or a double, in the order they were made; counters of batches add up to them. */
function* problemsOfHistory({ changes, lastSeq, batches }) {
  for (const [index, { seq }] of changes.toSorted((a, b) => a.seq - b.seq).entries()) {
    if (seq === index + 1) continue;
    yield `the history has ${changes.length} changes, but number ${index + 1} is ${seq}`;
    break;
  }
  if (lastSeq !== changes.length) yield `the last change is number ${lastSeq}, the database saw ${changes.length}`;
  const told = sumOf(batches);
  const seen = { added: 0, updated: 0, deleted: 0 };
  for (const { isNew, isDeleted } of changes) seen[isDeleted ? 'deleted' : isNew ? 'added' : 'updated'] += 1;
  if (!isDeepStrictEqual(told, seen)) yield `batches count ${JSON.stringify(told)}, the database saw ${JSON.stringify(seen)}`;
}

const sumOf = (batches) =>
  batches.reduce(
    (sum, { result: { added = 0, updated = 0, deleted = 0, deletedKeys = [] } }) => ({
      added: sum.added + added,
      updated: sum.updated + updated,
      deleted: sum.deleted + deleted + deletedKeys.length,
    }),
    { added: 0, updated: 0, deleted: 0 },
  );

/** One run of a sync comes after the other: what one has taken the place of writes nothing any more. */
function* problemsOfOrder({ batches }) {
  const replaced = new Set();
  let current;
  for (const [index, { run }] of batches.entries()) {
    if (run === current) continue;
    if (current) replaced.add(current);
    if (replaced.has(run)) yield `run ${run} wrote batch ${index + 1} though run ${current} had taken its place`;
    current = run;
  }
}

/** A run that succeeded tells the customer of exactly what its batches did. */
function* problemsOfRuns({ connection, model, batches }, runs) {
  for (const run of runs) {
    const told = run.results?.[model];
    if (run.connection !== connection || run.status !== 'SUCCESS' || !told) continue;
    const did = sumOf(batches.filter((batch) => batch.run === run.id));
    if (!isDeepStrictEqual({ ...did, ...told }, did))
      yield `run ${run.id} tells of ${JSON.stringify(told)}, its batches did ${JSON.stringify(did)}`;
  }
}

function* problemsOfReader({ shown, listed }, { changes }) {
  const last = new Map();
  const versions = new Map();
  let before = 0;
  const made = new Set(changes.map(({ id, seq }) => `${id} ${seq}`));
  for (const { id, seq, record } of shown) {
    if (seq <= before) yield `the reader was shown change ${seq} of ${id} after change ${before}`;
    if (!made.has(`${id} ${seq}`)) yield `the reader was shown change ${seq} of ${id}, which nobody made`;
    if ((record.v ?? 0) < (versions.get(id) ?? 0))
      yield `the reader saw ${id} go back from version ${versions.get(id)} to ${record.v}`;
    before = seq;
    versions.set(id, Math.max(versions.get(id) ?? 0, record.v ?? 0));
    last.set(id, seq);
  }
  for (const { id, seq } of listed) {
    if (last.get(id) !== seq) yield `the reader never saw change ${seq} of ${id}; its last was ${last.get(id) ?? 'none'}`;
  }
}

/** I3: every stored webhook was delivered, or is seen to have failed; each asynchronous action has one. */
export function checkDeliveries({ deliveries, hooks, asyncs }) {
  const violations = [];
  const told = new Map();
  const about = new Map();
  for (const { id, type, state, body, lastStatus, lastError } of deliveries) {
    if (state === 'pending') violations.push(`delivery ${id} is neither delivered nor failed`);
    if (state === 'delivered') told.set(body, (told.get(body) ?? 0) + 1);
    if (state === 'failed' && lastStatus === null && lastError === null)
      violations.push(`delivery ${id} failed and does not say why`);
    if (type === 'async_action') {
      const action = JSON.parse(body).payload.id;
      about.set(action, (about.get(action) ?? 0) + 1);
    }
  }
  for (const [body, times] of told) {
    const came = hooks.get(body) ?? 0;
    if (came < times)
      violations.push(`a webhook counts as delivered ${times} times and came ${came} times: ${body.slice(0, 200)}`);
  }
  const accepted = asyncs.filter(({ id }) => id !== undefined);
  for (const { id } of accepted) {
    if (about.get(id) !== 1) violations.push(`${about.get(id) ?? 0} webhooks were stored about asynchronous action ${id}`);
  }
  return {
    violations,
    evidence: [
      `${deliveries.length} webhooks stored: ${countText(deliveries, ({ type, state }) => `${type} ${state}`)}`,
      `${[...hooks.values()].reduce((sum, n) => sum + n, 0)} arrived; one stored about each of ${accepted.length} asynchronous actions`,
    ],
  };
}

/** I4: nothing was deleted that the run, or the runs it goes on from, had been shown and had saved. */
export function checkDeletions({ datasets, readers }) {
  const violations = [];
  let deletions = 0;
  let ended = 0;
  for (const { connection, model, ends } of readers.filter((reader) => reader.model === 'Item')) {
    const dataset = datasets.find((candidate) => candidate.connection === connection && candidate.model === model);
    ended += ends.length;
    for (const { id, at, isDeleted } of dataset?.changes ?? []) {
      if (!isDeleted) continue;
      deletions += 1;
      const window = ends.findLast((end) => end.at <= at);
      if (Source.isStable(id)) violations.push(`${connection}: ${id} was deleted, which the source always had`);
      else if (!window) violations.push(`${connection}: ${id} was deleted before any run had seen everything`);
      else if (window.seen.includes(id)) violations.push(`${connection}: ${id} was deleted by a run that had saved it`);
    }
  }
  return { violations, evidence: [`${deletions} records deleted by ${ended} ended trackings, none that its run had saved`] };
}

/** I5: while an environment had work that was accepted and not ended, something of it ended within the bound. */
export function checkProgress({ executions, tenants, boundMs }) {
  const violations = [];
  const evidence = [];
  for (const { name, environmentId } of tenants) {
    const own = executions.filter((execution) => execution.environmentId === environmentId);
    const stall = longestStall(own);
    if (own.length === 0) violations.push(`${name} had no work`);
    if (stall.ms > boundMs)
      violations.push(
        `${name} had work for ${seconds(stall.ms)} without anything ending, from ${new Date(stall.from).toISOString()}`,
      );
    evidence.push(
      `${name}: ${own.length} executions, longest time with work and no end ${seconds(stall.ms)} (bound ${seconds(boundMs)})`,
    );
  }
  return { violations, evidence };
}

/** The longest time between two ends, or from the first work to an end, with work open throughout. */
export function longestStall(executions) {
  const events = executions
    .flatMap(({ createdAt, finishedAt }) => [
      { at: createdAt, open: 1 },
      { at: finishedAt ?? Infinity, open: -1 },
    ])
    .toSorted((a, b) => a.at - b.at || b.open - a.open);
  let open = 0;
  let since = 0;
  let longest = { ms: 0, from: 0 };
  for (const { at, open: change } of events) {
    if (open === 0) since = at;
    open += change;
    if (change === 1) continue;
    if (at - since > longest.ms) longest = { ms: at - since, from: since };
    since = at;
  }
  return longest;
}

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

function countText(items, nameOf) {
  const counts = new Map();
  for (const item of items) counts.set(nameOf(item), (counts.get(nameOf(item)) ?? 0) + 1);
  const all = [...counts].toSorted(([, a], [, b]) => b - a);
  return all.length === 0
    ? 'none'
    : all
        .slice(0, SHOWN)
        .map(([name, n]) => `${n} ${name}`)
        .join(', ');
}

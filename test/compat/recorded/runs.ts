import { type Customer, eventually, lasting, type Refusal, RefusedCall, type StoredRecord, type SyncState } from './customer.js';
import { differences } from './difference.js';
import type { Provider } from './providers.js';
import type { RecordedFunction } from './project.js';
import type { Notice, Session } from './recorded-upstream.js';
import type { Recording, Run } from './recording.js';

/** Lets a sync find records that it must have saved before its recording began. */
export interface Seeding {
  seed(fn: RecordedFunction, records: Readonly<Record<string, readonly unknown[]>>): Promise<void>;
  restore(fn: RecordedFunction): Promise<void>;
}

/** A function with its recording, on its way through a stack. */
export interface Subject {
  readonly fn: RecordedFunction;
  readonly recording: Recording;
  readonly customer: Customer;
  readonly provider: Provider;
  readonly session: Session;
  readonly connection: string;
  /** Whether syncs start by themselves, as they are deployed. */
  readonly startsItself: boolean;
  readonly notices: readonly Notice[];
  readonly seeding: Seeding | undefined;
}

const EFFECT_WITHIN_MS = 10_000;

/** Runs a function as often as its recording says. @returns where the results are not the recorded ones */
export async function runRecorded(subject: Subject): Promise<string[]> {
  const { fn, recording } = subject;
  subject.session.play(recording.api);
  if (recording.variables) {
    await subject.customer.call('POST', '/api/v1/environments/variables', { variables: recording.variables });
  }
  if (fn.kind === 'on-event') return [...(await runEvent(subject)), ...missed(subject)];
  await connect(subject);
  if (fn.kind === 'action') return [...(await runAction(subject)), ...missed(subject)];
  const problems = await runSync(subject, recording, true);
  for (const run of recording.then ?? []) {
    subject.session.play(run.api ?? recording.api);
    problems.push(...(await runSync(subject, run, false)));
  }
  return [...problems, ...missed(subject)];
}

const missed = ({ session }: Subject): string[] => session.misses.map((miss) => `not recorded: ${miss}`);

/** A connection with what the recording knows of it. */
async function connect({ fn, recording, customer, provider, session, connection }: Subject): Promise<void> {
  const { getConnection = {}, getMetadata } = recording.nango ?? {};
  const { connection_config: config, metadata } = getConnection as Record<string, Record<string, unknown> | undefined>;
  const create = (refused?: ReadonlySet<string>) =>
    customer.call('POST', '/connections', {
      provider_config_key: fn.integration,
      connection_id: connection,
      connection_config: provider.connectionConfig(config ?? {}, refused),
      credentials: provider.credentials(session.marker),
      metadata: { ...metadata, ...getMetadata },
    });
  await create().catch((error: unknown) => {
    const refused = error instanceof RefusedCall ? refusedFields(error) : new Set<string>();
    if (refused.size === 0) throw error;
    return create(refused);
  });
  session.beStrict();
}

/** Fields of a connection that are not as the catalogue wants them. */
function refusedFields({ text }: RefusedCall): Set<string> {
  const { error } = JSON.parse(text) as { error: { errors?: { path: string[] }[] } };
  return new Set((error.errors ?? []).map(({ path }) => path.at(-1) ?? ''));
}

async function runAction({ fn, recording, customer, connection, session }: Subject): Promise<string[]> {
  const result = await customer.act(fn.integration, connection, fn.name, recording.input);
  const problems = await after({ fn, customer, connection, session }, recording);
  if ('refusal' in result) return [...refused(recording.error, result.refusal), ...problems];
  if (recording.error)
    return [`expected the error ${JSON.stringify(recording.error)}, got the output ${JSON.stringify(result.output)}`];
  // An action without an output answers null.
  return [...differences('output', recording.output ?? null, result.output), ...problems];
}

const refused = (expected: object | undefined, refusal: Refusal): string[] =>
  expected ? differences('error', expected, refusal, true) : [`failed: ${JSON.stringify(refusal)}`];

async function runSync(subject: Subject, run: Run, isFirst: boolean): Promise<string[]> {
  const { fn, customer, connection, recording, startsItself } = subject;
  const { variant = 'base' } = recording;
  if (isFirst && variant !== 'base') {
    const body = { provider_config_key: fn.integration, connection_id: connection };
    await customer.call('POST', `/sync/${fn.name}/variant/${variant}`, body);
  }
  if (isFirst) await seed(subject, variant);
  const isStarted = isFirst && startsItself && fn.autoStart && variant === 'base';
  const state = await settle(subject, variant, isStarted ? undefined : () => trigger(subject, variant, run.opts));
  const outcome = await outcomeProblems(subject, run, state);
  const checkpoint = run.checkpoint === undefined ? [] : differences('checkpoint', run.checkpoint, state?.checkpoint);
  return [...outcome, ...checkpoint, ...(await recordProblems(subject, run, variant)), ...(await after(subject, run))];
}

const trigger = ({ fn, customer, connection }: Subject, variant: string, opts: Run['opts']) =>
  customer.nango.triggerSync(fn.integration, [{ name: fn.name, variant }], connection, opts);

/** The state of a sync after its next run; without a start, after its first. */
async function settle(
  { fn, customer, connection }: Subject,
  variant: string,
  start?: () => Promise<unknown>,
): Promise<SyncState | undefined> {
  const state = () => customer.syncState(fn.integration, connection, fn.name, variant);
  const before = start ? (await state())?.finishedAt : undefined;
  await start?.();
  const hasEnded = (now: SyncState | undefined) =>
    now?.finishedAt !== undefined && now.finishedAt !== before && now.status !== 'RUNNING';
  return eventually(state, hasEnded, 'the sync has not ended');
}

/** What a run deletes but did not save must be there before. */
async function seed(subject: Subject, variant: string): Promise<void> {
  const { fn, recording, seeding } = subject;
  const { batchDelete = {}, batchSave = {} } = recording.nango ?? {};
  const isSaved = (model: string, id: unknown) =>
    batchSave[model]?.some((record) => String(record['id']) === String(id)) ?? false;
  const unsaved = Object.entries(batchDelete).map(
    ([model, records]) => [model, records.filter(({ id }) => !isSaved(model, id)).map(({ id }) => ({ id }))] as const,
  );
  if (!seeding || unsaved.every(([, records]) => records.length === 0)) return;
  await seeding.seed(fn, Object.fromEntries(unsaved));
  try {
    await settle(subject, variant, () => trigger(subject, variant, undefined));
  } finally {
    await seeding.restore(fn);
  }
}

/** Whether a run ended as it had to; of one that failed, the environment is told why. */
async function outcomeProblems({ connection, notices }: Subject, run: Run, state: SyncState | undefined): Promise<string[]> {
  if (state?.latestExecutionStatus === 'SUCCESS') return run.error ? ['the run succeeded, and had to fail'] : [];
  const failure = () =>
    Promise.resolve(notices.find((one) => one.type === 'sync' && one.connectionId === connection && one.success === false));
  const told = await eventually(
    failure,
    (notice) => notice !== undefined,
    'nobody was told why the run failed',
    EFFECT_WITHIN_MS,
  );
  return run.error ? differences('error', run.error, told?.error, true) : [`failed: ${JSON.stringify(told?.error)}`];
}

async function recordProblems({ fn, customer, connection }: Subject, run: Run, variant: string): Promise<string[]> {
  const problems: string[] = [];
  for (const model of fn.models) {
    const stored = await customer.records(fn.integration, connection, model, variant);
    problems.push(...modelProblems(model, run, stored));
  }
  return problems;
}

function modelProblems(model: string, { nango = {}, records, deleted }: Run, stored: readonly StoredRecord[]): string[] {
  const idsToDelete = deleted?.[model] ?? (nango.batchDelete?.[model] ?? []).map(({ id }) => String(id));
  const isWhole = records?.[model] !== undefined;
  const saved = (records ?? nango.batchSave)?.[model];
  const live = stored.filter((record) => !record._nango_metadata.deleted_at);
  const gone = stored.filter((record) => record._nango_metadata.deleted_at).map(({ id }) => String(id));
  const actual = byId(live.map(({ _nango_metadata, ...record }) => record));
  const expected = byId(
    (saved ?? []).filter(({ id }) => isWhole || !idsToDelete.includes(String(id))),
    actual,
  );
  return [
    ...(saved === undefined ? [] : differences(`records of ${model}`, expected, actual)),
    ...differences(`deleted ${model}`, idsToDelete.toSorted(), idsToDelete.filter((id) => gone.includes(id)).toSorted()),
    ...(deleted?.[model] === undefined ? [] : differences(`all deleted ${model}`, deleted[model].toSorted(), gone.toSorted())),
  ];
}

type Fields = Readonly<Record<string, unknown>>;

/** Of records that were saved more than once the last counts, but for those of one batch, where the first does: either will do. */
function byId(records: readonly Fields[], actual: Readonly<Record<string, Fields>> = {}): Record<string, Fields> {
  const found: Record<string, Fields> = {};
  for (const record of records) {
    // Whatever it was, an id is read as text (spec/api.md §3.6).
    const id = String(record['id']);
    const known = found[id];
    if (!known || differences('', known, actual[id]).length > 0) found[id] = { ...record, id };
  }
  return found;
}

async function runEvent(subject: Subject): Promise<string[]> {
  const { fn, recording, customer, connection } = subject;
  const expected = fn.event === 'validate-connection' ? recording.error : undefined;
  try {
    await connect(subject);
  } catch (error) {
    if (!expected || !(error instanceof RefusedCall)) throw error;
    const { error: body } = JSON.parse(error.text) as { error: object };
    return differences('error', expected, { status: error.status, ...body }, true);
  }
  if (expected) return [`expected the connection to be refused with ${JSON.stringify(expected)}`];
  if (fn.event === 'pre-connection-deletion') {
    await customer.call('DELETE', `/connections/${connection}?provider_config_key=${fn.integration}`);
  }
  return after(subject, recording);
}

/** What a run left behind, besides records. */
async function after(
  { fn, customer, connection, session }: Pick<Subject, 'fn' | 'customer' | 'connection' | 'session'>,
  { metadata: expected, nango, calls = {} }: Run,
): Promise<string[]> {
  const wanted = expected ?? nango?.updateMetadata;
  // Nobody waits for what follows a connection, or for a sync that a function triggers.
  return lasting(async () => {
    const metadata = wanted === undefined ? undefined : await customer.nango.getMetadata(fn.integration, connection);
    return [
      ...differences('metadata', wanted, metadata, expected === undefined),
      ...Object.entries(calls).flatMap(([call, times]) => differences(`calls of ${call}`, times, session.calls.get(call) ?? 0)),
    ];
  }, EFFECT_WITHIN_MS);
}

import { AppError } from '#libs/kernel';
import { isJsonObject, type Json, type JsonObject } from './json.js';

const MAX_ID_LENGTH = 255;
const MAX_BATCH = 10_000;
const NUL = '\0';
/** Most bytes of UTF-8 that one code unit of a string takes. */
const MAX_UTF8_PER_UNIT = 3;

/** A record of a batch, with its id in its final form. */
export interface Incoming {
  readonly id: string;
  readonly record: JsonObject;
}

export interface IncomingBatch {
  readonly records: readonly Incoming[];
  /** Ids that came more than once; the first record of each was kept. */
  readonly duplicates: readonly string[];
}

/**
 * Checks a batch as it came and gives every record its final id: as a string, without NUL.
 * @throws AppError `invalid_record` naming the first record that is not usable; nothing of the batch is used then
 */
export function readBatch(batch: readonly unknown[]): IncomingBatch {
  if (batch.length > MAX_BATCH) {
    throw new AppError(
      'invalid_record',
      `a batch holds at most ${MAX_BATCH} records, this one has ${batch.length}: send it in parts`,
    );
  }
  const byId = new Map<string, Incoming>();
  const duplicates = new Set<string>();
  batch.forEach((record, index) => {
    const read = readRecord(record, index);
    if (byId.has(read.id)) duplicates.add(read.id);
    else byId.set(read.id, read);
  });
  return { records: [...byId.values()], duplicates: [...duplicates] };
}

function readRecord(record: unknown, index: number): Incoming {
  const refuse = (why: string) => new AppError('invalid_record', `record at index ${index} ${why}`, { payload: { index } });
  if (!isJsonObject(record)) throw refuse('is not an object');
  const given = record['id'];
  if (given === undefined || given === null) throw refuse('has no id');
  if (typeof given !== 'string' && typeof given !== 'number') throw refuse('has an id that is neither string nor number');
  const id = String(given).replaceAll(NUL, '').toWellFormed();
  if (id === '') throw refuse('has an empty id');
  if (id.length > MAX_ID_LENGTH) throw refuse(`has an id of more than ${MAX_ID_LENGTH} characters`);
  return { id, record: given === id && !('_nango_metadata' in record) ? record : { ...withoutMetadata(record), id } };
}

/** A record read from us and saved again must not carry what we said about it. */
function withoutMetadata(record: JsonObject): JsonObject {
  const { _nango_metadata: _, ...own } = record;
  return own;
}

/**
 * JSON text of a record without NUL characters, which consumers' databases refuse.
 * @throws AppError `invalid_record` when it has more than `maxBytes`
 */
export function toPayload(record: JsonObject, maxBytes: number): string {
  const text = JSON.stringify(record);
  if (text.length * MAX_UTF8_PER_UNIT > maxBytes) refuseLarge(record, text, maxBytes);
  return text.includes('\\u0000') ? JSON.stringify(withoutNul(record)) : text;
}

function refuseLarge(record: JsonObject, text: string, maxBytes: number): void {
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxBytes) return;
  const id = JSON.stringify(record['id']);
  throw new AppError(
    'invalid_record',
    `record ${id} has ${bytes} bytes, a record may have ${maxBytes}: leave out its large fields, or raise RECORDS_MAX_RECORD_SIZE_BYTES`,
    { payload: { id: record['id'], bytes, maxBytes } },
  );
}

function withoutNul(value: Json): Json {
  if (typeof value === 'string') return value.replaceAll(NUL, '');
  if (Array.isArray(value)) return value.map(withoutNul);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.replaceAll(NUL, ''), withoutNul(item)]));
}

/** When a record passed to a deletion says it was deleted; null for now. @throws AppError `invalid_record` */
export function deletionTime(record: JsonObject): string | null {
  const given = record['deletedAt'];
  if (given === undefined || given === null) return null;
  const time = typeof given === 'string' || typeof given === 'number' ? new Date(given) : new Date(Number.NaN);
  if (Number.isNaN(time.getTime())) {
    throw new AppError('invalid_record', `record ${JSON.stringify(record['id'])} has a deletedAt that is not a date`);
  }
  return time.toISOString();
}

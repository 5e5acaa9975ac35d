/** What the store knows of a record beside its payload; timestamps as they go on the wire (spec/api.md §5.1). */
export interface RecordFacts {
  readonly external_id: string;
  /** Not changed since it was added. */
  readonly unmodified: boolean;
  readonly first_seen_at: string;
  readonly modified_at: string;
  readonly deleted_at: string | null;
  readonly pruned_at: string | null;
}

export function lastAction(facts: RecordFacts): 'ADDED' | 'UPDATED' | 'DELETED' {
  if (facts.deleted_at !== null) return 'DELETED';
  return facts.unmodified ? 'ADDED' : 'UPDATED';
}

/** JSON text of a record for a client: the payload as it was saved, with `_nango_metadata`; pruned ones keep their id alone. */
export function toRecordText(facts: RecordFacts, payload: string | null, cursor: string): string {
  const metadata = JSON.stringify({
    first_seen_at: facts.first_seen_at,
    last_modified_at: facts.modified_at,
    last_action: lastAction(facts),
    deleted_at: facts.deleted_at,
    pruned_at: facts.pruned_at,
    cursor,
  });
  // A payload is a JSON object that holds at least its id, so its text ends in `}` and can be continued.
  const head = payload ?? JSON.stringify({ id: facts.external_id });
  return `${head.slice(0, -1)},"_nango_metadata":${metadata}}`;
}

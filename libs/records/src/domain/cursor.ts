/** Where a reader stands: the last change it has seen of one dataset. */
export interface Position {
  readonly datasetId: number;
  readonly seq: number;
}

const LAYOUT = /^1\.(0|[1-9]\d{0,9})\.(0|[1-9]\d{0,15})$/;

/** Renders a position for clients, who treat it as opaque. */
export const encodeCursor = (position: Position): string =>
  Buffer.from(`1.${position.datasetId}.${position.seq}`).toString('base64');

/** The position of a cursor, or null where it is not one of ours. */
export function decodeCursor(cursor: string): Position | null {
  const bytes = Buffer.from(cursor, 'base64');
  const parts = LAYOUT.exec(bytes.toString('latin1'));
  if (!parts || bytes.toString('base64') !== cursor) return null;
  return { datasetId: Number(parts[1]), seq: Number(parts[2]) };
}

/**
 * The sequence number after which a dataset is read on. A cursor of another dataset, such as one that was deleted and
 * filled again since, starts from the beginning: a reader then sees changes twice, but never misses one.
 */
export const resumeAfter = (position: Position | null, datasetId: number): number =>
  position?.datasetId === datasetId ? position.seq : 0;

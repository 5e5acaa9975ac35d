/** Answers the path of PgBouncer, installed where we may; undefined where there is none, which fails in CI. */
export function ensurePgBouncer(say: (line: string) => void): Promise<string | undefined>;

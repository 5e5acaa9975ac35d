import type { SealedColumn } from '#libs/crypto';

/** Statements on a column of sealed values, made from its declaration. Each takes a page of rows and holds no lock a reader waits for. */

const PAGE_ROWS = 500;
/** Most bytes of a page: values may be large. */
const PAGE_BYTES = 8 * 1024 * 1024;

const names = (column: SealedColumn, prefix = '') => Object.keys(column.key).map((name) => prefix + name);
const tuple = (parts: readonly string[]) => `(${parts.join(', ')})`;
const casts = (column: SealedColumn, first: number) => Object.values(column.key).map((type, n) => `$${first + n}::${type}`);

/** Version and key id at the head of a value. */
const head = (value: string) => `substring(${value} FROM 1 FOR 5)`;

/**
 * A page of rows after a key, in the order of the key. `value` is null where it begins with $1 already.
 * Parameters: that head, then the key to go on after, if there is one.
 * @param onlyStale leaves out rows whose value begins with $1
 */
export function pageSql(column: SealedColumn, after: boolean, onlyStale: boolean): string {
  const columns = [...names(column), ...(column.more ?? [])].join(', ');
  const order = names(column).join(', ');
  const conditions = [
    `${column.value} IS NOT NULL`,
    ...(after ? [`${tuple(names(column))} > ${tuple(casts(column, 2))}`] : []),
    ...(onlyStale ? [`${head(column.value)} <> $1`] : []),
  ];
  return `SELECT ${columns}, CASE WHEN ${head('sealed')} <> $1::bytea THEN sealed END AS sealed
    FROM (SELECT page.*, sum(octet_length(sealed)) OVER (ORDER BY ${order}) - octet_length(sealed) AS bytes_before
            FROM (SELECT ${columns}, ${column.value} AS sealed FROM ${column.table}
                   WHERE ${conditions.join(' AND ')} ORDER BY ${order} LIMIT ${PAGE_ROWS}) page) sized
   WHERE bytes_before < ${PAGE_BYTES} ORDER BY ${order}`;
}

/** Whether a value is still the old one: by its header, which never repeats, or by all of a value in clear. */
const isOld = (value: string, old: string) =>
  `CASE get_byte(${old}, 0) WHEN 1 THEN substring(${value} FROM 1 FOR octet_length(${old})) = ${old} ELSE ${value} = ${old} END`;

/**
 * Puts new values in the place of the old ones they were made from, and answers how many. A row that changed meanwhile, or is locked by somebody,
 * is left alone: waiting for a lock while holding others is how deadlocks are made.
 * Parameters: bytes of all values; place and size of what tells the old value, of the new one; the keys, column by column; first and last key.
 */
export function replaceSql(column: SealedColumn): string {
  const key = names(column);
  const types = Object.values(column.key);
  const arrays = types.map((type, n) => `$${6 + n}::${type}[]`).join(', ');
  const [first, last] = [6 + key.length, 6 + 2 * key.length];
  const sameKey = (left: string, right: string) => key.map((name) => `${left}.${name} = ${right}.${name}`).join(' AND ');
  return `WITH given AS MATERIALIZED (
      SELECT ${names(column, 'u.').join(', ')}, substring($1::bytea FROM u.old_at FOR u.old_size) AS old,
             substring($1::bytea FROM u.new_at FOR u.new_size) AS new
        FROM unnest($2::int[], $3::int[], $4::int[], $5::int[], ${arrays}) AS u (old_at, old_size, new_at, new_size, ${key.join(', ')})
    ), held AS MATERIALIZED (
      SELECT ${names(column, 'given.').join(', ')}, given.old, given.new FROM given JOIN ${column.table} t ON ${sameKey('t', 'given')}
       WHERE ${tuple(names(column, 't.'))} >= ${tuple(casts(column, first))} AND ${tuple(names(column, 't.'))} <= ${tuple(casts(column, last))}
         AND ${isOld(`t.${column.value}`, 'given.old')}
         FOR NO KEY UPDATE OF t SKIP LOCKED
    ), replaced AS (
      UPDATE ${column.table} t SET ${column.value} = held.new FROM held
       WHERE ${tuple(names(column, 't.'))} >= ${tuple(casts(column, first))} AND ${tuple(names(column, 't.'))} <= ${tuple(casts(column, last))}
         AND ${sameKey('t', 'held')} AND ${isOld(`t.${column.value}`, 'held.old')}
       RETURNING 1
    ) SELECT count(*)::int AS count FROM replaced`;
}

/** How many values there are: all of them, or those that do not begin with $1. */
export const countSql = (column: SealedColumn, onlyStale: boolean): string =>
  `SELECT count(*) AS count FROM ${column.table} WHERE ${column.value} IS NOT NULL${onlyStale ? ` AND ${head(column.value)} <> $1::bytea` : ''}`;

/** Values by the data key they are sealed with; 0 stands for those in clear. */
export const useSql = (column: SealedColumn): string => {
  const byte = (n: number) => `get_byte(${head(column.value)}, ${n})`;
  const id = `(${byte(1)}::bigint << 24) + (${byte(2)} << 16) + (${byte(3)} << 8) + ${byte(4)}`;
  return `SELECT CASE get_byte(${head(column.value)}, 0) WHEN 0 THEN 0 ELSE ${id} END AS id, count(*) AS count
    FROM ${column.table} WHERE ${column.value} IS NOT NULL GROUP BY 1 ORDER BY 1`;
};

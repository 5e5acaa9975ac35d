import { type ClientBase, DatabaseError } from 'pg';
import { codeOf } from '#libs/kernel';
import { StatementNames } from './domain/statement-names.js';

const names = new StatementNames();

/** "prepared statement does not exist", "… already exists": somebody else uses the connection too. */
const NOT_ITS_OWN = new Set(['26000', '42P05']);

type Ask = (query: string | { name: string; text: string }, values?: unknown[]) => Promise<unknown>;

/**
 * Has a server keep what it parsed of the statements that a new connection is asked for often. Only a server: what one of them has prepared,
 * the next behind a pooler in transaction mode does not know. A pooler numbers connections itself, a server by its processes.
 */
export async function prepareOnServer(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  if (rows[0]?.pid === (client as ClientBase & { processID?: number }).processID) prepareWhatIsAskedOften(client);
}

function prepareWhatIsAskedOften(client: ClientBase): void {
  const ask = client.query.bind(client) as Ask;
  let edition = 0;
  let isOff = false;
  const askByName = async (name: string, text: string, values: unknown[]) => {
    try {
      return await ask({ name: `${name}.${edition}`, text }, values);
    } catch (error) {
      if (isResultChanged(error)) edition += 1;
      else if (NOT_ITS_OWN.has(codeOf(error) ?? '')) isOff = true;
      else throw error;
      if (client.getTransactionStatus() !== 'I') throw error;
      return ask(text, values);
    }
  };
  const query: Ask = (text, values, ...more) => {
    const isNamed = !isOff && typeof text === 'string' && values !== undefined && values.length > 0;
    const name = isNamed ? names.nameOf(text) : undefined;
    return name === undefined ? ask(text, values, ...more) : askByName(name, text as string, values as unknown[]);
  };
  client.query = query as ClientBase['query'];
}

/** "cached plan must not change result type": after a migration. Other features that are not supported have the same SQLSTATE. */
const isResultChanged = (error: unknown): boolean =>
  error instanceof DatabaseError && error.code === '0A000' && error.routine === 'RevalidateCachedQuery';

import { ask } from '../bridge.js';

/** XML names do not begin with `$`, so no element is taken for a date. */
const DATE = '$date';

function revive(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, DATE)) return value;
  const time = (value as { [DATE]: number | null })[DATE];
  return new Date(time ?? Number.NaN);
}

interface SoapFacts {
  readonly root?: unknown;
  readonly body?: unknown;
  readonly response?: unknown;
}

/** Asks the SOAP client outside. @throws Error as node-soap's, with `root`, `response` and `body` where it has them */
export async function askSoap<Value>(op: string, args: object): Promise<Value> {
  try {
    const { json } = await ask<{ json: string }>(op, args);
    return JSON.parse(json, revive) as Value;
  } catch (error) {
    const { payload } = error as { payload?: { soap?: string } };
    if (typeof payload?.soap !== 'string') throw error;
    delete (error as { payload?: unknown }).payload;
    throw Object.assign(error as Error, JSON.parse(payload.soap, revive) as SoapFacts);
  }
}

import { checkpointOperations } from './checkpoint-operations.js';
import { connectionOperations } from './connection-operations.js';
import { factsOf, HostError, type HostErrorFacts } from './host-error.js';
import { httpOperations } from './http-operations.js';
import { invocationOperations } from './invocation-operations.js';
import { logOperations } from './log-operations.js';
import { recordOperations } from './record-operations.js';
import { soapOperations } from './soap/soap-operations.js';
import type { Operation } from './operation.js';
import type { RunContext } from './run-context.js';
import { ServiceRefusal } from './service-refusal.js';

const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  Object.entries({
    ...httpOperations,
    ...connectionOperations,
    ...recordOperations,
    ...checkpointOperations,
    ...invocationOperations,
    ...logOperations,
    ...soapOperations,
  }),
);

/** Answers a call as JSON: `{"ok":…}` or `{"error":…}`. Never rejects: an error is an answer too. */
export async function answerCall(run: RunContext, op: string, args: string, body: string | undefined): Promise<string> {
  try {
    if (run.over) throw run.over;
    const operation = OPERATIONS.get(op);
    if (!operation) throw new HostError({ name: 'Error', message: `unknown call ${op}` });
    const answer = await operation(run, JSON.parse(args) as Record<string, unknown>, body);
    return JSON.stringify({ ok: answer ?? null });
  } catch (error) {
    return JSON.stringify({ error: toldOf(run, error) });
  }
}

/** A call that was under way when its run came to its end failed for that. */
function toldOf(run: RunContext, error: unknown): HostErrorFacts {
  if (run.over) return run.over.facts;
  return error instanceof ServiceRefusal && error.service === 'server' ? error.asApiError() : factsOf(error);
}

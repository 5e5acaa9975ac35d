import { z } from 'zod';
import type { Operation } from '../operation.js';
import { parsed } from '../parsed.js';
import type { RunContext } from '../run-context.js';
import { SoapSession } from './soap-session.js';

const object = z.record(z.string(), z.unknown());

const connectArguments = z.object({ url: z.string(), options: object.default({}) });

const security = z.object({ kind: z.string(), args: z.array(z.unknown()) });
const soapHeader = z.object({
  header: z.unknown(),
  name: z.unknown().optional(),
  namespace: z.unknown().optional(),
  xmlns: z.unknown().optional(),
});

/** A call as it comes out of an isolate (prelude `soap/client.ts`). */
const callArguments = z.object({
  client: z.number().int().min(0),
  service: z.string(),
  port: z.string(),
  method: z.string(),
  args: z.unknown().optional(),
  options: object.nullish(),
  extraHeaders: object.nullish(),
  security: security.optional(),
  endpoint: z.url().nullish(),
  action: z.string().nullish(),
  httpHeaders: object.nullish(),
  bodyAttributes: z.array(z.unknown()).nullish(),
  soapHeaders: z.array(soapHeader).nullish(),
});

const sessions = new WeakMap<RunContext, Promise<SoapSession>>();

function sessionOf(run: RunContext): Promise<SoapSession> {
  const known = sessions.get(run) ?? SoapSession.open(run);
  sessions.set(run, known);
  return known;
}

/** SOAP for functions (spec/functions.md §3.3). */
export const soapOperations: Record<string, Operation> = {
  'soap.connect': async (run, given) => {
    const connect = parsed(connectArguments, given, 'the SOAP call');
    return { json: await (await sessionOf(run)).connect(connect) };
  },
  'soap.call': async (run, given) => {
    const call = parsed(callArguments, given, 'the SOAP call');
    return { json: await (await sessionOf(run)).call(call) };
  },
};

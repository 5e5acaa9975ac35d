import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ivm from 'isolated-vm';
import type { Described } from '../compiler.types.js';

const MEMORY_MB = 128;
const EVALUATE_MS = 3_000;
/** More than any definition of a real function. */
const MAX_DESCRIPTION_BYTES = 4 * 1024 ** 2;

/** zod as functions get it, made one script by the build. */
const ZOD = fileURLToPath(new URL('../../zod.js', import.meta.url));

/** Reads a definition inside the isolate: getters, proxies and `toJSON` of the author's run there, and only text comes out. */
const READ = `
  const { toJSONSchema } = zod;
  const { stringify } = JSON;
  delete globalThis.zod;
  const inert = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => '' : inert), apply: () => inert, construct: () => inert });
  const modules = { zod, url: inert, 'node:url': inert, crypto: inert, 'node:crypto': inert, unzipper: inert, soap: inert, botbuilder: inert };
  const require = (name) => {
    if (Object.hasOwn(modules, name)) return modules[name];
    throw new Error("Module '" + name + "' is not allowed");
  };
  const override = ({ zodSchema, jsonSchema }) => {
    const { type } = zodSchema._zod.def;
    if (type === 'date') Object.assign(jsonSchema, { type: 'string', format: 'date-time' });
    if (type === 'void') jsonSchema.type = 'null';
  };
  const schemaOf = (schema) => {
    if (schema === undefined) return undefined;
    const { $schema, ...json } = toJSONSchema(schema, { target: 'draft-7', unrepresentable: 'any', override });
    return json;
  };
  return (factory) => {
    const module = { exports: {} };
    factory(module, module.exports, require);
    const definition = module.exports.default;
    const { type, description, version, frequency, autoStart, syncType, trackDeletes, scopes, endpoint, endpoints, webhookSubscriptions, event } = definition;
    const models = Object.fromEntries(Object.entries(definition.models ?? {}).map(([name, schema]) => [name, schemaOf(schema)]));
    return stringify({
      type, description, version, frequency, autoStart, syncType, trackDeletes, scopes, endpoint, endpoints, webhookSubscriptions, event,
      hasExec: typeof definition.exec === 'function', models,
      input: schemaOf(definition.input), output: schemaOf(definition.output), metadata: schemaOf(definition.metadata),
    });
  };
`;

/** What the bundle's default export says of itself. @throws Error with the author's message, or that of a limit */
export async function describe(bundle: string, fileName: string): Promise<Described> {
  const isolate = new ivm.Isolate({ memoryLimit: MEMORY_MB });
  try {
    const context = await isolate.createContext();
    for (const name of ['WebAssembly', 'SharedArrayBuffer', 'Atomics']) await context.global.delete(name);
    await (await isolate.compileScript(readFileSync(ZOD, 'utf8'))).run(context);
    const read: ivm.Reference = await context.evalClosure(READ, [], { result: { reference: true } });
    const script = await isolate.compileScript(`(function (module, exports, require) {${bundle}\n})`, { filename: fileName });
    const factory: ivm.Reference = await script.run(context, { reference: true, timeout: EVALUATE_MS });
    const text: unknown = await read.apply(undefined, [factory.derefInto()], {
      timeout: EVALUATE_MS,
      result: { copy: true },
    });
    if (typeof text !== 'string' || text.length > MAX_DESCRIPTION_BYTES) throw new Error('the definition is too large');
    return JSON.parse(text) as Described;
  } finally {
    if (!isolate.isDisposed) isolate.dispose();
  }
}

import { parentPort } from 'node:worker_threads';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import type { CheckAnswer, CheckOrder, SchemaIssue } from './schema-check.types.js';

/**
 * Checks values against schemas that tenants wrote, on a thread of its own: whoever gave the order ends the thread when a pattern or a
 * schema takes too long. It holds nothing and is told nothing but the schema and the value.
 */
const MOST_VALIDATORS = 500;
const MOST_ISSUES = 50;

const validators = new Map<string, ValidateFunction>();

/** zod writes patterns that not all engines take with the flag `u`. */
const pattern = Object.assign(
  (source: string, flags: string): RegExp => {
    try {
      return new RegExp(source, flags);
    } catch {
      return new RegExp(source);
    }
  },
  { code: 'RegExp' },
);

function compile(schema: object): ValidateFunction {
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false, code: { regExp: pattern } });
  // The packages disagree about what a CommonJS default is.
  (formats as unknown as (ajv: Ajv) => void)(ajv);
  return ajv.compile(schema);
}

function validatorOf({ key, schema }: CheckOrder): ValidateFunction {
  const known = validators.get(key);
  if (known) return known;
  const compiled = compile(schema);
  const [oldest] = validators.keys();
  if (oldest !== undefined && validators.size >= MOST_VALIDATORS) validators.delete(oldest);
  validators.set(key, compiled);
  return compiled;
}

/** What of an issue its message does not say. */
function detailOf({ keyword, params }: ErrorObject): string {
  const { additionalProperty, allowedValues, allowedValue } = params as Record<string, unknown>;
  if (keyword === 'additionalProperties') return `: ${JSON.stringify(additionalProperty)}`;
  if (keyword === 'enum') return `: ${JSON.stringify(allowedValues)}`;
  return keyword === 'const' ? `: ${JSON.stringify(allowedValue)}` : '';
}

const issueOf = (error: ErrorObject): SchemaIssue => ({
  path: error.instancePath,
  message: `${error.message ?? 'does not fit'}${detailOf(error)}`.slice(0, 500),
  keyword: error.keyword,
});

function check(order: CheckOrder): CheckAnswer {
  try {
    const validate = validatorOf(order);
    const isFitting = order.values.some((text) => validate(JSON.parse(text)));
    return { id: order.id, issues: isFitting ? [] : (validate.errors ?? []).slice(0, MOST_ISSUES).map(issueOf) };
  } catch (error) {
    return { id: order.id, unusable: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on('message', (order: CheckOrder) => parentPort?.postMessage(check(order), []));
parentPort?.postMessage('ready', []);

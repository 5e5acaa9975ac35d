/** `a`, `[0]`, `["a.b"]` or `['a.b']`, one after the other. */
const STEP = /[^.[\]]+|\[\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\]]*?))\s*\]/g;

/** Reads a path as functions write it: a literal key wins, then dots and brackets (`a.b[0]["c.d"]`). */
export function getPath(from: unknown, path: string): unknown {
  if (isObject(from) && Object.hasOwn(from, path)) return from[path];
  let value = from;
  for (const [step, double, single, bare] of path.matchAll(STEP)) {
    if (!isObject(value)) return undefined;
    value = value[double ?? single ?? bare ?? step];
  }
  return value;
}

/** Sets a dotted path, building nested objects. */
export function setPath(into: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop() ?? path;
  let target = into;
  for (const key of keys) {
    if (!isObject(target[key])) target[key] = {};
    target = target[key] as Record<string, unknown>;
  }
  target[last] = value;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

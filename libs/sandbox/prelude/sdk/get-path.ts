/** Reads a path as functions write it: a literal own key wins, then dots and brackets (`a.b[0]`). */
export function getPath(from: unknown, path: string): unknown {
  if (isObject(from) && Object.hasOwn(from, path)) return from[path];
  let value = from;
  for (const key of path
    .replace(/\[['"]?([^\]'"]+)['"]?\]/g, '.$1')
    .split('.')
    .filter(Boolean)) {
    if (!isObject(value)) return undefined;
    value = value[key];
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

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What reconcilers decided, from the logs of the orchestrators of an engine. */
export function decisionsIn(folder) {
  const counts = new Map();
  for (const file of readdirSync(folder).filter((name) => name.startsWith('orchestrator')))
    for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
      const { decision, count } = decisionOf(line);
      if (decision) counts.set(decision, (counts.get(decision) ?? 0) + count);
    }
  return (
    [...counts]
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([name, n]) => `${n} × ${name}`)
      .join(', ') || 'none'
  );
}

function decisionOf(line) {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}

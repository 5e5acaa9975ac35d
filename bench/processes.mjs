import { readdirSync, readFileSync } from 'node:fs';

const TICK_MS = 10;
const PAGE_BYTES = 4_096;

/** A process and all that descend from it, from /proc. */
export function processTree(pid) {
  const parents = new Map();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const stat = statOf(name);
    if (stat) parents.set(Number(name), Number(stat[1]));
  }
  const tree = [pid];
  for (const member of tree) for (const [child, parent] of parents) if (parent === member) tree.push(child);
  return tree;
}

/** CPU time and resident memory of processes together; those that ended count for nothing. */
export function usageOf(pids) {
  let [cpuMs, rss] = [0, 0];
  for (const pid of pids) {
    const stat = statOf(pid);
    if (!stat) continue;
    cpuMs += (Number(stat[11]) + Number(stat[12])) * TICK_MS;
    rss += Number(stat[21]) * PAGE_BYTES;
  }
  return { cpuMs, rss };
}

/** Fields after the name, the state first; undefined of a process that is gone. */
function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

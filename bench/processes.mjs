import { readdirSync, readFileSync } from 'node:fs';

const TICK_MS = 10;
const KB = 1024;

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

/** CPU time and memory of processes together, without what they share (code, the buffers of a Postgres), and the CPU time of children of theirs that have ended. */
export function usageOf(pids) {
  let [cpuMs, endedCpuMs, bytes] = [0, 0, 0];
  for (const pid of pids) {
    const stat = statOf(pid);
    if (!stat) continue;
    const [user, system, endedUser, endedSystem] = stat.slice(11, 15).map((ticks) => Number(ticks) * TICK_MS);
    cpuMs += user + system;
    endedCpuMs += endedUser + endedSystem;
    bytes += anonymousBytes(pid);
  }
  return { cpuMs, endedCpuMs, bytes };
}

function anonymousBytes(pid) {
  try {
    return Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * KB;
  } catch {
    return 0;
  }
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

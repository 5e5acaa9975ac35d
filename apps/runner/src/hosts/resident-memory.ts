import { readFileSync } from 'node:fs';

const PAGE_BYTES = 4096;

/** Resident memory of a process, read from the kernel so that one that answers nothing is seen too; 0 where it cannot be read. */
export function residentBytes(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES;
  } catch {
    return 0;
  }
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { load, median } from './lib.mjs';

const ROUNDS = 9;
const SHOWN = ['rate', 'p50', 'p95', 'p99'];

/** Runs a part of a bench as a process of its own, which ends with this one, and answers its address. */
export async function startPart(file, ...args) {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [url] = await once(createInterface(child.stdout), 'line');
  return { url, stop: () => child.kill() };
}

/** In a part: says where it listens, and ends when the bench that started it is gone. */
export function servePart(url) {
  console.log(url);
  process.stdin.once('end', () => process.exit(0)).resume();
}

/**
 * Loads targets in turns, so that all of them meet the same noise, and answers the median of each figure over the rounds.
 * @param targets requests by name, with `bare` the baseline and `fairlead` ours
 * @param callers counts of concurrent callers
 * @param times seconds of warm-up, and of measurement per caller count and target
 */
export async function compare(targets, callers, { warmSeconds, seconds }) {
  const figures = {};
  for (const count of callers) {
    const rounds = Object.fromEntries(Object.keys(targets).map((name) => [name, []]));
    for (const request of Object.values(targets)) await load(request, count, warmSeconds);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [name, request] of Object.entries(targets)) rounds[name].push(await load(request, count, seconds / ROUNDS));
    }
    for (const [name, results] of Object.entries(rounds)) {
      for (const figure of SHOWN) figures[`${name}_${count}_${figure}`] = median(results.map((result) => result[figure]));
    }
    figures[`ratio_bare_${count}`] = median(rounds.fairlead.map(({ rate }, round) => rate / rounds.bare[round].rate));
  }
  figures.ratio_bare = Math.min(...callers.map((count) => figures[`ratio_bare_${count}`]));
  return figures;
}

/** Prints a row for each target and caller count, then the ratios. */
export function printComparison(figures, names, callers) {
  const table = {};
  for (const count of callers) {
    for (const name of names) {
      const of = (figure) => Number(figures[`${name}_${count}_${figure}`].toFixed(2));
      const latencies = Object.fromEntries(SHOWN.slice(1).map((figure) => [`${figure} ms`, of(figure)]));
      table[`${name}, ${count} callers`] = { 'per second': Math.round(of('rate')), ...latencies };
    }
  }
  console.table(table);
  for (const count of callers) {
    console.log(`of the bare one's rate at ${count} callers: ${(figures[`ratio_bare_${count}`] * 100).toFixed(0)} %`);
  }
}

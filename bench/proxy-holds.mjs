import { execFileSync } from 'node:child_process';
import { request as httpRequest } from 'node:http';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { countStatements } from '../libs/testing/src/statements.ts';
import { load } from './lib.mjs';

/** What the proxy holds to besides its rate: no statement for a warm call, and memory that does not grow. */
const CALLERS = 64;
const SLICES = 10;
const GIGABYTE = 1024 ** 3;
const CHUNK = Buffer.alloc(64 * 1024, 'x');
const SAMPLE_MS = 100;
const MB = 1024 ** 2;

const rssOf = (pid) => Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024;

/** Statements that a call needs when nothing is remembered, against those that the log is written by. */
const READS = /\b(api_keys|environments|integrations|connections)\b/;
const LOG = /\blogs\./;

/** Statements for each warm call, and batches of the log for a thousand; nothing where its database cannot be asked. */
export async function statementsOf({ databaseUrl }, request, seconds) {
  const counts = databaseUrl && (await countStatements(databaseUrl));
  if (!counts) return {};
  await load(request, CALLERS, 2);
  await counts.reset();
  const { rate } = await load(request, CALLERS, seconds);
  const calls = rate * seconds;
  const sum = (pattern) => [...counted].reduce((all, [sql, count]) => all + (pattern.test(sql) ? count : 0), 0);
  const counted = await counts.read();
  await counts.close();
  return { statements_per_call: sum(READS) / calls, log_batches_per_1000: (sum(LOG) / calls) * 1000 };
}

/** Memory of the process after each tenth of so many calls, and how much it grows by the straight line through all but the first two. */
export async function memoryOverCalls({ pid }, request, calls) {
  if (!pid) return {};
  const { rate } = await load(request, CALLERS, 3);
  const samples = [];
  for (let slice = 0, made = 0; slice < SLICES; slice += 1) {
    const seconds = calls / SLICES / rate;
    made += (await load(request, CALLERS, seconds)).rate * seconds;
    samples.push({ calls: made, rss: rssOf(pid) });
  }
  const steady = samples.slice(2);
  return { calls: samples.at(-1).calls, rss_mb: samples.at(-1).rss / MB, rss_bytes_per_call: slope(steady) };
}

function slope(samples) {
  const mean = (of) => samples.reduce((all, sample) => all + of(sample), 0) / samples.length;
  const [x, y] = [mean(({ calls }) => calls), mean(({ rss }) => rss)];
  const spread = mean(({ calls }) => (calls - x) ** 2);
  return mean(({ calls, rss }) => (calls - x) * (rss - y)) / spread;
}

/** How far the memory of the process rises while a gigabyte passes, each way. */
export async function memoryOverBodies({ base, pid }, headers) {
  if (!pid) return {};
  return {
    download_rise_mb: await riseDuring(pid, () => download(`${base}/proxy/bytes`, headers)),
    upload_rise_mb: await riseDuring(pid, () => upload(`${base}/proxy/sink`, headers)),
  };
}

async function riseDuring(pid, work) {
  const before = rssOf(pid);
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, rssOf(pid))), SAMPLE_MS);
  await work().finally(() => clearInterval(timer));
  return (most - before) / MB;
}

async function download(url, headers) {
  let bytes = 0;
  const count = new Writable({ write: (chunk, _encoding, done) => ((bytes += chunk.length), done()) });
  await pipeline(await answerTo(httpRequest(url, { headers }).end()), count);
  if (bytes !== GIGABYTE) throw new Error(`${bytes} of ${GIGABYTE} bytes came down`);
}

async function upload(url, headers) {
  const sent = httpRequest(url, { method: 'POST', headers: { ...headers, 'content-type': 'application/octet-stream' } });
  const [answer] = await Promise.all([answerTo(sent), pipeline(Readable.from(gigabyte()), sent)]);
  const text = (await answer.toArray()).join('');
  if (text !== String(GIGABYTE)) throw new Error(`${text} of ${GIGABYTE} bytes went up`);
}

/** The body of a gigabyte, piece by piece. */
export function* gigabyte() {
  for (let sent = 0; sent < GIGABYTE; sent += CHUNK.length) yield CHUNK;
}

const answerTo = (sent) => new Promise((resolve, reject) => sent.once('response', resolve).once('error', reject));

import ts from 'typescript';
import type { SourceProblem } from '../compiler.types.js';
import { type NangoCall, nangoCalls } from './nango-calls.js';
import { problemAt } from './problem.js';

const BATCHES: ReadonlySet<string> = new Set(['batchSave', 'batchSend', 'batchUpdate', 'batchDelete']);
const PROXY: ReadonlySet<string> = new Set(['get', 'post', 'put', 'patch', 'delete', 'proxy', 'paginate']);

/** In which order `exec` must call what concerns records (spec/functions.md §1.8). Order is that of the text. */
export function execOrder(file: ts.SourceFile, exec: ts.Node): SourceProblem[] {
  const calls = nangoCalls(exec);
  const say = ({ node }: NangoCall, message: string) => problemAt(file, node, 'record-calls', message);
  return [...mergingProblems(calls, say), ...previousProblems(calls, say), ...trackProblems(calls, say)];
}

type Say = (call: NangoCall, message: string) => SourceProblem;

function mergingProblems(calls: readonly NangoCall[], say: Say): SourceProblem[] {
  const first = calls.findIndex(({ method }) => BATCHES.has(method) || PROXY.has(method));
  return calls
    .filter(({ method }, at) => method === 'setMergingStrategy' && first !== -1 && at > first)
    .map((call) => say(call, 'setMergingStrategy must come before any proxy or batch call'));
}

function previousProblems(calls: readonly NangoCall[], say: Say): SourceProblem[] {
  const found = calls.filter(({ method }) => method === 'deleteRecordsFromPreviousExecutions');
  const last = calls.findLastIndex(({ method }) => BATCHES.has(method));
  const repeated = found.slice(1).map((call) => say(call, 'deleteRecordsFromPreviousExecutions may be called once'));
  const early = found
    .filter((call) => calls.indexOf(call) < last)
    .map((call) => say(call, 'deleteRecordsFromPreviousExecutions must come after the last batch call'));
  return [...repeated, ...early];
}

function trackProblems(calls: readonly NangoCall[], say: Say): SourceProblem[] {
  const models = new Set(
    calls
      .filter(isTracking)
      .map(modelOf)
      .filter((model) => model !== undefined),
  );
  return [...models].flatMap((model) => trackProblemsOf(model, calls, say));
}

const isTracking = ({ method }: NangoCall): boolean => method === 'trackDeletesStart' || method === 'trackDeletesEnd';

/** Only a literal model can be followed. */
function modelOf({ node, method }: NangoCall): string | undefined {
  const argument = node.arguments[BATCHES.has(method) ? 1 : 0];
  return argument && ts.isStringLiteralLike(argument) ? argument.text : undefined;
}

function trackProblemsOf(model: string, calls: readonly NangoCall[], say: Say): SourceProblem[] {
  const at = (method: string) => calls.filter((call) => call.method === method && modelOf(call) === model);
  const [starts, ends] = [at('trackDeletesStart'), at('trackDeletesEnd')];
  const repeated = [...starts.slice(1), ...ends.slice(1)].map((call) =>
    say(call, `${call.method} may be called once for ${model}`),
  );
  const [start, end] = [starts[0], ends[0]];
  if (!start) return [...repeated, ...(end ? [say(end, `trackDeletesEnd of ${model} has no trackDeletesStart`)] : [])];
  if (!end) return [...repeated, say(start, `trackDeletesStart of ${model} has no trackDeletesEnd`)];
  const batches = calls.map((call, index) => ({ call, index })).filter(({ call }) => BATCHES.has(call.method));
  const isOf = ({ call }: { call: NangoCall }) => (modelOf(call) ?? model) === model;
  const own = batches.filter(isOf);
  const early = own.some(({ index }) => index < calls.indexOf(start));
  const late = own.some(({ index }) => index > calls.indexOf(end));
  return [
    ...repeated,
    ...(early ? [say(start, `trackDeletesStart of ${model} must come before the first batch call`)] : []),
    ...(late ? [say(end, `trackDeletesEnd of ${model} must come after the last batch call`)] : []),
  ];
}

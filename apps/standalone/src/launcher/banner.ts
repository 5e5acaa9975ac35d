import type { StackInfo } from './launcher.js';

/** What is printed once, when everything answers. */
export function banner(info: StackInfo, seconds: number): string {
  const rows = [
    ['API', info.url],
    ...(info.connectUrl ? [['Connect UI', info.connectUrl] as const] : []),
    ['API docs', `${info.url}/docs`],
    ['Queue board', `${info.url}/admin/queues   (user ${info.operator}, password in ${info.dataDir}/secrets.json)`],
    ['Secret key', `${info.secretKey ?? 'as you set it'}   (environment dev)`],
    ['Log', `${info.dataDir}/logs/fairlead.log`],
  ] as const;
  const lines = rows.map(([name, value]) => `  ${name.padEnd(12)} ${value}`);
  return [`\nFairlead is ready after ${seconds.toFixed(1)} s. Ctrl-C stops it.\n`, ...lines, ''].join('\n');
}

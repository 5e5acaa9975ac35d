import type { KeysStatus, RotationStatus, Verification } from '#libs/key-rotation';

/** What the program prints for people. */

const NOTHING = '–';

export function statusText(status: KeysStatus): string {
  return [
    'Root keys',
    ...status.roots.map((root) => {
      const wraps = `wraps ${root.wraps} data ${root.wraps === 1 ? 'key' : 'keys'}`;
      const role = root.primary ? 'primary' : root.removable ? 'no longer needed: take it out of the list' : 'still needed';
      return `  ${root.fingerprint}  ${wraps}, ${role}${root.loaded ? '' : ', MISSING here'}`;
    }),
    'Data keys',
    ...status.dataKeys.map(dataKeyText),
    ...(status.inClear && Object.keys(status.inClear).length > 0 ? ['IN CLEAR', `  ${usesText(status.inClear)}`] : []),
    'Processes',
    ...status.processes.map(({ name, sealsWith }) => `  ${name}  seals with ${sealsWith ?? 'nothing: in clear'}`),
    'Rotation',
    `  ${status.rotation ? rotationText(status.rotation) : 'none yet'}`,
  ].join('\n');
}

function dataKeyText(key: KeysStatus['dataKeys'][number]): string {
  const role = key.seals ? 'seals new values' : key.activatedAt ? 'opens older values' : 'is being handed out';
  const uses = key.uses && (key.removable ? `no value needs it: \`drop ${key.id}\` forgets it` : usesText(key.uses));
  return [`  ${key.id}  under ${key.rootFingerprint}`, role, uses].filter(Boolean).join(', ');
}

const usesText = (uses: Readonly<Record<string, number>>): string =>
  Object.entries(uses)
    .map(([column, count]) => `${count} ${column}`)
    .join(', ') || 'no values';

/** One line. */
export function rotationText(rotation: RotationStatus): string {
  const head = `${rotation.scope} key, ${rotation.state}`;
  const rows = rotation.scope === 'root' || rotation.total === 0 ? undefined : `${rotation.done} of ${rotation.total} values`;
  const pace = rotation.state === 'running' && rotation.rowsPerSecond !== null ? paceText(rotation) : undefined;
  return [head, rows, pace, rotation.note].filter(Boolean).join(', ');
}

const paceText = ({ rowsPerSecond, secondsLeft }: RotationStatus): string =>
  `${rowsPerSecond}/s, ${secondsLeft === null ? NOTHING : duration(secondsLeft)} left`;

function duration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3600 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

export const verificationText = ({ opened, failed, failures }: Verification): string =>
  failed === 0
    ? `all ${opened} values open`
    : [`${failed} values do not open, ${opened} do`, ...failures.map((failure) => `  ${failure}`)].join('\n');

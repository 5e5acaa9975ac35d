import type { KeyHolder } from '#libs/crypto';
import type { Rotation } from '../rotations.types.js';

export type Step = { readonly kind: 'wait'; readonly note: string } | { readonly kind: 'rewrap' | 'activate' | 'reseal' };

/** What is known of a data key that is being brought into use. */
export interface NewKeyFacts {
  /** Whether it seals already. */
  readonly activated: boolean;
  /** Whether every process that runs has had the time to say that it holds it. */
  readonly settled: boolean;
}

type Target = Pick<Rotation, 'scope' | 'rootFingerprint' | 'dataKeyId'>;

/**
 * What a rotation does next. Nothing is wrapped or sealed with a key before every running process has that key: a process that had not could
 * not open what another one sealed.
 */
export function nextStep(rotation: Target, key: NewKeyFacts, holders: readonly KeyHolder[]): Step {
  const { rootFingerprint: root, dataKeyId } = rotation;
  const lackRoot = holders.filter(({ roots }) => !roots.includes(root));
  if (lackRoot.length > 0) return wait(`root key ${root} is missing in`, lackRoot, 'restart it with that key in its list');
  if (rotation.scope === 'root' || dataKeyId === null) return { kind: 'rewrap' };
  const lackKey = holders.filter(({ dataKeys }) => !dataKeys.includes(dataKeyId));
  if (lackKey.length > 0) return wait(`data key ${dataKeyId} is not loaded yet by`, lackKey);
  if (!key.activated) return key.settled ? { kind: 'activate' } : wait(`data key ${dataKeyId} is being handed out`, []);
  const behind = holders.filter(({ sealsWith }) => (sealsWith ?? 0) < dataKeyId);
  return behind.length > 0 ? wait('values are still sealed with an older key by', behind) : { kind: 'reseal' };
}

function wait(what: string, holders: readonly KeyHolder[], cure?: string): Step {
  const who = holders.map(({ name }) => name).join(', ');
  return { kind: 'wait', note: [what, who].filter(Boolean).join(' ') + (cure ? `: ${cure}` : '') };
}

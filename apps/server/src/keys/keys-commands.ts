import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { loadRootKeys, openKeyProvider, toRootKey } from '#libs/crypto';
import { ConfigError } from '#libs/kernel';
import type { KeyRotations, RotationScope, RotationStatus } from '#libs/key-rotation';
import { rotationText, statusText, verificationText } from './keys-text.js';
import { toKeys, toRotation } from './keys.presenter.js';
import type { KeysCliConfig } from './keys-cli.config.js';
import type { ProgressLine } from './terminal.js';

/** What a command says in the end: for people, for programs, and whether all is well. */
export interface Answer {
  readonly text: string;
  readonly json: object;
  readonly isGood: boolean;
}

const LOOK_EVERY_MS = 250;

export async function showStatus(rotations: KeyRotations, scan: boolean): Promise<Answer> {
  const status = await rotations.status(scan);
  return { text: statusText(status), json: toKeys(status), isGood: true };
}

/** Opens a rotation and stays until it is over; without us it goes on wherever a server runs. */
export async function rotate(rotations: KeyRotations, scope: RotationScope, line: ProgressLine): Promise<Answer> {
  let rotation = await rotations.rotate(scope);
  const { id } = rotation;
  while (rotation.state === 'running' && rotation.id === id) {
    line.show(rotationText(rotation));
    await delay(LOOK_EVERY_MS);
    rotation = (await rotations.rotation()) ?? rotation;
  }
  line.end();
  return aboutRotation(rotation);
}

export const aboutRotation = (rotation: RotationStatus): Answer => ({
  text: rotationText(rotation),
  json: toRotation(rotation),
  isGood: rotation.state !== 'paused',
});

export async function verify(rotations: KeyRotations, line: ProgressLine): Promise<Answer> {
  const result = await rotations.verify((opened) => line.show(`${opened} values open`));
  line.end();
  return { text: verificationText(result), json: result, isGood: result.failed === 0 };
}

export async function drop(rotations: KeyRotations, id: number): Promise<Answer> {
  await rotations.drop(id);
  return { text: `data key ${id} is forgotten`, json: { dropped: id }, isGood: true };
}

type KeyVariables = Pick<KeysCliConfig, 'NANGO_ENCRYPTION_KEY' | 'NANGO_ENCRYPTION_KEY_WRAPPED' | 'NANGO_KMS_KEY_ARN'>;

/** A new root key, in clear or, with `wrap`, inside an envelope of the KMS key. */
export async function generate(config: KeyVariables, wrap: boolean): Promise<Answer> {
  return wrap ? envelope(config, randomBytes(32)) : keyAnswer(randomBytes(32));
}

/** The primary root key of now inside an envelope: the same key, kept otherwise. */
export async function wrapPrimary(config: KeyVariables): Promise<Answer> {
  const [primary] = await loadRootKeys(config);
  if (!primary) throw new ConfigError('NANGO_ENCRYPTION_KEY: there is no key to wrap');
  return envelope(config, primary.bytes);
}

function keyAnswer(bytes: Buffer): Answer {
  const { fingerprint } = toRootKey(bytes, 'the new key');
  const key = bytes.toString('base64');
  return { text: key, json: { NANGO_ENCRYPTION_KEY: key, fingerprint }, isGood: true };
}

async function envelope({ NANGO_KMS_KEY_ARN: arn }: KeyVariables, bytes: Buffer): Promise<Answer> {
  if (!arn) throw new ConfigError('NANGO_KMS_KEY_ARN: name the key to wrap with');
  const { fingerprint } = toRootKey(bytes, 'the key');
  const wrapped = (await (await openKeyProvider(arn)).wrap(bytes)).toString('base64');
  return { text: wrapped, json: { NANGO_ENCRYPTION_KEY_WRAPPED: wrapped, fingerprint }, isGood: true };
}

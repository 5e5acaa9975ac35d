export { ensureFirstKey } from './first-key.js';
export { KeyRotationModule } from './key-rotation.module.js';
export { KeyRotations } from './key-rotations.service.js';
export type { KeysStatus, RotationStatus, Verification } from './key-status.js';
export type { RotationScope } from './rotations.types.js';

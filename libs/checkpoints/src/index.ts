export { Checkpoints, CheckpointsModule, type CheckpointScope } from './checkpoints.service.js';

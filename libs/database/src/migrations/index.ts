import { InitialSchema1764000000000 } from './1764000000000-initial-schema.js';
import { Connections1764100000000 } from './1764100000000-connections.js';
import { KeyRotation1764100000100 } from './1764100000100-key-rotation.js';
import { ConnectSessionLookups1764100000200 } from './1764100000200-connect-session-lookups.js';
import { OutboundPolicies1764100000500 } from './1764100000500-outbound-policies.js';
import { FunctionJobs1764100001200 } from './1764100001200-function-jobs.js';

/** Control-plane migrations, oldest first. */
export const controlPlaneMigrations = [
  InitialSchema1764000000000,
  Connections1764100000000,
  KeyRotation1764100000100,
  ConnectSessionLookups1764100000200,
  OutboundPolicies1764100000500,
  FunctionJobs1764100001200,
];

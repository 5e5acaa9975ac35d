import { InitialSchema1764000000000 } from './1764000000000-initial-schema.js';
import { Connections1764100000000 } from './1764100000000-connections.js';
import { KeyRotation1764100000100 } from './1764100000100-key-rotation.js';
import { ConnectSessionLookups1764100000200 } from './1764100000200-connect-session-lookups.js';
import { OutboundPolicies1764100000500 } from './1764100000500-outbound-policies.js';
import { ActionsAndEvents1764100000640 } from './1764100000640-actions-and-events.js';
import { ExecutionCaps1764300000003 } from './1764300000003-execution-caps.js';
import { CondemnedCode1764400000007 } from './1764400000007-condemned-code.js';
import { OpenExecutions1764500000000 } from './1764500000000-open-executions.js';
import { FunctionVersions1764200000400 } from './1764200000400-function-versions.js';
import { Schedules1764300000002 } from './1764300000002-schedules.js';
import { FunctionJobs1764100001200 } from './1764100001200-function-jobs.js';

/** Control-plane migrations, oldest first. */
export const controlPlaneMigrations = [
  InitialSchema1764000000000,
  Connections1764100000000,
  KeyRotation1764100000100,
  ConnectSessionLookups1764100000200,
  OutboundPolicies1764100000500,
  ActionsAndEvents1764100000640,
  FunctionJobs1764100001200,
  FunctionVersions1764200000400,
  Schedules1764300000002,
  ExecutionCaps1764300000003,
  CondemnedCode1764400000007,
  OpenExecutions1764500000000,
];

export { loggerModule } from './logger.module.js';
export { observabilityEnv } from './observability.config.js';
export { redactUrl } from './redaction.js';
export { startTelemetry, type Telemetry } from './telemetry.js';

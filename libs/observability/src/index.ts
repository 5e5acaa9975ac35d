export { called, calling, type TraceCarrier } from './carried-trace.js';
export { loggerModule, nameProcess } from './logger.module.js';
export { measure, metricsText } from './measuring.js';
export { observabilityEnv } from './observability.config.js';
export { startTelemetry, type Telemetry } from './telemetry.js';

export { ACCESS, Access, type AccessRule } from './access.js';
export { readBytes } from './body-parsers.js';
export { type Dependency, HealthModule } from './health.module.js';
export { httpEnv } from './http.config.js';
export { type HttpAppOptions, type RunningApp, startHttpApp } from './http-app.js';
export { startService } from './start-service.js';
export { runService } from './run-service.js';
export { parseOrThrow, ValidHeaders } from './validation.js';

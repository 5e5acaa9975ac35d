import type { DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { REDACTED_PATHS, redactUrl } from './redaction.js';

interface LoggedRequest {
  readonly id: unknown;
  readonly method: string;
  readonly url: string;
}

/** Nest has one logger a process, so services that share one share its name. */
let processName: string | undefined;

/** Names the process in its log, where it runs several services; before any of them starts. */
export function nameProcess(name: string): void {
  processName = name;
}

/** JSON logs on stdout, one line a request, with secrets redacted. @param service name of the app on every line */
export function loggerModule(service: string, level: string): DynamicModule {
  return LoggerModule.forRoot({
    pinoHttp: {
      level,
      base: { service: processName ?? service },
      redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
      quietReqLogger: true,
      genReqId: (request) => request.id,
      customLogLevel: (_request, response, error) => (error || response.statusCode >= 500 ? 'error' : 'debug'),
      serializers: {
        req: (request: LoggedRequest) => ({
          id: request.id,
          method: request.method,
          url: redactUrl(request.url),
        }),
        res: (response: { statusCode: number }) => ({ statusCode: response.statusCode }),
      },
    },
  });
}

import {
  type CanActivate,
  Controller,
  type DynamicModule,
  type ExecutionContext,
  Get,
  Header,
  Inject,
  Injectable,
  Module,
  UseGuards,
} from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError, type Secret } from '#libs/kernel';
import { metricsText } from '#libs/observability';
import { Access } from './access.js';
import { isBearer } from './domain/bearer.js';

export interface MetricsOptions {
  /** Asked of whoever wants to read. */
  readonly token: Secret | undefined;
  /** Whether the port is one that the internet reaches: closed there without a token. */
  readonly isPublic: boolean;
}

const METRICS_OPTIONS = Symbol('metrics-options');

/** Opens metrics to whoever has the token; without one, on internal ports, to whoever reaches them. */
@Injectable()
class MetricsGuard implements CanActivate {
  constructor(@Inject(METRICS_OPTIONS) private readonly options: MetricsOptions) {}

  canActivate(context: ExecutionContext): boolean {
    const { token, isPublic } = this.options;
    if (!token && isPublic)
      throw new AppError('feature_disabled', 'metrics are closed here: set FAIRLEAD_METRICS_TOKEN to open them');
    const http = context.switchToHttp();
    if (!token || isBearer(http.getRequest<FastifyRequest>().headers.authorization, token.reveal())) return true;
    http.getResponse<FastifyReply>().header('www-authenticate', 'Bearer realm="Fairlead metrics"');
    throw new AppError('missing_auth_header', 'metrics need the Bearer token of FAIRLEAD_METRICS_TOKEN');
  }
}

@ApiExcludeController()
@Controller()
@UseGuards(MetricsGuard)
class MetricsController {
  /** What this process counts and measures (docs/metrics.md), in the text format of Prometheus. */
  @Get('metrics')
  @Access('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @Header('cache-control', 'no-store')
  async read(): Promise<string> {
    const text = await metricsText();
    if (text === undefined) throw new AppError('feature_disabled', 'metrics are off: set FAIRLEAD_METRICS=true to have them');
    return text;
  }
}

@Module({})
export class MetricsModule {
  /** `GET /metrics`. */
  static forRoot(options: MetricsOptions): DynamicModule {
    return {
      module: MetricsModule,
      controllers: [MetricsController],
      providers: [{ provide: METRICS_OPTIONS, useValue: options }, MetricsGuard],
    };
  }
}

import { Controller, type DynamicModule, Get, HttpCode, Inject, Module, Res } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { HealthCheckService, HealthIndicatorService, TerminusModule } from '@nestjs/terminus';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Access } from './access.js';

/** One thing a service cannot work without. `check` throws when it is not there. */
export interface Dependency {
  readonly name: string;
  check(modules: ModuleRef): Promise<unknown>;
}

const DEPENDENCIES = Symbol('dependencies');
const CHECK_TIMEOUT_MS = 2_000;

@ApiTags('Health')
@Controller()
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly modules: ModuleRef,
    @Inject(DEPENDENCIES) private readonly dependencies: readonly Dependency[],
  ) {}

  /** The process answers (spec/api.md §0.1). */
  @Get('health')
  @Access('public')
  @HttpCode(200)
  alive(): { result: 'ok' } {
    return { result: 'ok' };
  }

  /** Everything this service needs answers too. */
  @Get('ready')
  @Access('public')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<{ result: 'ok' | 'not ready' }> {
    const up = await this.health.check(this.dependencies.map((dependency) => () => this.#attempt(dependency))).then(
      () => true,
      () => false,
    );
    reply.status(up ? 200 : 503);
    return { result: up ? 'ok' : 'not ready' };
  }

  #attempt(dependency: Dependency) {
    return this.indicators
      .check(dependency.name)
      .attempt(async () => {
        await dependency.check(this.modules);
      })
      .withTimeout(CHECK_TIMEOUT_MS);
  }
}

@Module({})
export class HealthModule {
  /** `GET /health` and `GET /ready`. */
  static forRoot(dependencies: readonly Dependency[]): DynamicModule {
    return {
      module: HealthModule,
      imports: [TerminusModule.forRoot({ logger: false, gracefulShutdownTimeoutMs: 0 })],
      controllers: [HealthController],
      providers: [{ provide: DEPENDENCIES, useValue: dependencies }],
    };
  }
}

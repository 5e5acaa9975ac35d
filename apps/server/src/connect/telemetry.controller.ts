import { Body, Controller, HttpCode, Logger, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { ConnectSessions } from '#libs/connect';
import { Access, parseOrThrow } from '#libs/http';
import { AppError } from '#libs/kernel';
import { telemetry } from './connect.dto.js';

/** What the Connect UI tells of its use (spec/auth.md §7.6). It goes to this server's own log, and to nobody else. */
@ApiExcludeController()
@Controller('connect/telemetry')
export class TelemetryController {
  readonly #log = new Logger(TelemetryController.name);

  constructor(private readonly sessions: ConnectSessions) {}

  @Post()
  @HttpCode(204)
  @Access('public')
  async note(@Body() body: unknown): Promise<void> {
    const { token } = (body ?? {}) as { token?: unknown };
    if (typeof token !== 'string') throw new AppError('missing_auth_header', 'send the session token as `token` of a JSON body');
    const { environmentName } = await this.sessions.authenticate(token);
    const { event, dimensions } = parseOrThrow(telemetry, body, 'invalid_body');
    this.#log.debug({ event, environment: environmentName, integration: dimensions?.integration }, 'Connect UI');
  }
}

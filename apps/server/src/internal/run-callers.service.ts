import { Injectable } from '@nestjs/common';
import { type Caller, Environments } from '#libs/accounts';
import type { ExecutionClaims } from '#libs/contracts';

/** A run as a caller of the API: its environment's, as if it held a key of it. */
@Injectable()
export class RunCallers {
  constructor(private readonly environments: Environments) {}

  async of({ accountId, environmentId, environmentName }: ExecutionClaims): Promise<Caller> {
    const { uuid } = await this.environments.get(environmentId);
    return { accountId, environmentId, environmentName, environmentUuid: uuid, scopes: ['environment:*'] };
  }
}

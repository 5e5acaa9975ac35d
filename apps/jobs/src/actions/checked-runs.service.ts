import { Injectable } from '@nestjs/common';
import { type FunctionError, type Outcome, scriptFailure } from '#libs/contracts';
import { failedOutcome } from '#libs/executions';
import { type DeployedFunction, Functions } from '#libs/functions';
import { toAppError } from '#libs/kernel';
import type { Run } from '../runs/domain/execute-request.js';
import { EnvironmentReader } from '../runs/environment-facts.service.js';
import { Runs } from '../runs/runs.service.js';
import { isChecked, type SchemaChecks as Checks, schemaOf, type Side } from '../schemas/domain/checked-schema.js';
import type { SchemaIssue } from '../schemas/schema-check.types.js';
import { SchemaChecks } from '../schemas/schema-checks.service.js';

/** An environment that has anything checked, and the function to check by. */
interface Plan {
  readonly checks: Checks;
  readonly fn: DeployedFunction | null;
}

/** Runs actions; what goes in and comes out is held against their deployed schemas where their environment asks for it. */
@Injectable()
export class CheckedRuns {
  constructor(
    private readonly runs: Runs,
    private readonly environments: EnvironmentReader,
    private readonly functions: Functions,
    private readonly checks: SchemaChecks,
  ) {}

  /** Never rejects: what cannot be run has failed too. */
  async run(run: Run, signal: AbortSignal): Promise<Outcome> {
    try {
      const { checks, fn } = await this.#plan(run);
      if (!fn) return await this.runs.run(run, signal);
      const refused = await this.#issues(fn, checks, 'input', inputsOf(run.input));
      if (refused) return failedOutcome(errorOf('input', refused));
      const outcome = await this.runs.run(run, signal);
      if (outcome.status === 'failed') return outcome;
      const wrong = await this.#issues(fn, checks, 'output', [outcome.output]);
      return wrong ? { ...outcome, status: 'failed', error: errorOf('output', wrong) } : outcome;
    } catch (thrown) {
      const { message, code } = toAppError(thrown);
      return failedOutcome(scriptFailure(run.kind, message || code));
    }
  }

  async #plan({ environmentId, functionId }: Run): Promise<Plan> {
    const { schemaChecks: checks } = await this.environments.get(environmentId);
    return { checks, fn: checks === 'off' ? null : await this.functions.byId(environmentId, functionId) };
  }

  async #issues(
    fn: DeployedFunction,
    checks: Checks,
    side: Side,
    values: readonly unknown[],
  ): Promise<readonly SchemaIssue[] | undefined> {
    const found = isChecked(checks, side) ? schemaOf(fn.definition, side) : undefined;
    if (!found) return undefined;
    if ('problem' in found) return [{ path: '', message: found.problem, keyword: 'schema' }];
    const key = `${fn.id}/${fn.version}/${fn.bundleHash}/${fn.lastDeployed.getTime()}/${side}`;
    const issues = await this.checks.check({ key, schema: found.schema, values });
    return issues.length > 0 ? issues : undefined;
  }
}

/** A function gets `{}` where its caller sent nothing, and may have declared either. The last is what its issues are about. */
const inputsOf = (input: unknown): readonly unknown[] => (input ? [input] : [null, {}]);

const errorOf = (side: Side, payload: readonly SchemaIssue[]): FunctionError => ({
  code: `invalid_action_${side}`,
  status: 400,
  message: `The ${side} of the action does not fit the schema it was deployed with`,
  payload,
});

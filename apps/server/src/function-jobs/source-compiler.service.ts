import { Injectable } from '@nestjs/common';
import { type Compiled, Compiler } from '#libs/compiler';
import { deployOf, type Target } from './domain/flow-of.js';
import type { RunDeploy } from '../deploys/deploys.dto.js';
import type { CompiledFunction } from './function-jobs.dto.js';

const FOLDERS = { action: 'actions', sync: 'syncs', onEvent: 'on-events' } as const;

/** A source as what can be deployed. */
@Injectable()
export class SourceCompiler {
  constructor(private readonly compiler: Compiler) {}

  /** The bundle alone. @throws AppError as of `Compiler.compile` */
  async bundle(code: string): Promise<CompiledFunction> {
    const compiled = await this.compiler.compile({ code, fileName: 'function.ts' });
    const { type } = compiled.described;
    // What could not be deployed is not called compiled.
    if (type !== 'onEvent') deployOf({ integrationId: 'integration', type, name: 'function' }, code, compiled);
    const bundled_js = compiled.bundle;
    return { bundle_size_bytes: Buffer.byteLength(bundled_js), bundled_js, compiled_at: new Date().toISOString() };
  }

  /** @throws AppError as of `Compiler.compile`, and `validation_error` where the definition cannot be deployed */
  async deploy(target: Target, code: string): Promise<{ readonly compiled: Compiled; readonly body: RunDeploy }> {
    const fileName = `${target.integrationId}/${FOLDERS[target.type]}/${target.name}.ts`;
    const compiled = await this.compiler.compile({ code, fileName });
    return { compiled, body: deployOf(target, code, compiled) };
  }
}

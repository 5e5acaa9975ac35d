import { Injectable } from '@nestjs/common';
import type { AccessRule } from '#libs/http';
import { AppError } from '#libs/kernel';
import { ApiKeys } from './api-keys.service.js';
import type { Caller } from './caller.js';
import { toApiKey } from './domain/api-key.js';
import { hasScope } from './domain/scopes.js';

/** Lets callers in by their API key. */
@Injectable()
export class KeyAccess {
  constructor(private readonly keys: ApiKeys) {}

  /**
   * Who shows this credential, if one of the rules lets them in; no promise where the key is remembered.
   * @throws AppError `invalid_secret_key_format`, `unknown_account`, `forbidden`
   */
  caller(credential: string, rules: readonly AccessRule[]): Caller | Promise<Caller> {
    const key = toApiKey(credential);
    const known = this.keys.known(key);
    return known ? admitted(known, rules) : this.keys.authenticate(key).then((caller) => admitted(caller, rules));
  }
}

function admitted(caller: Caller, rules: readonly AccessRule[]): Caller {
  if (rules.some((rule) => rule === 'environment' || hasScope(caller.scopes, rule))) return caller;
  throw new AppError('forbidden', `this API key lacks the scope ${rules.filter((rule) => rule !== 'session').join(' or ')}`);
}

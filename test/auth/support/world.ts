import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { inject } from 'vitest';
import { controlOf } from '../../farm/index.mjs';
import { Customer } from './customer.js';

/** The stack and the farm that all end-to-end tests share, from a customer's side. */
export const stack = inject('stack');
export const farm = inject('farm');
// Browsers trust the farm's certificates as the services do.
setDefaultCACertificates([...getCACertificates('default'), readFileSync(farm.authorityFile, 'utf8')]);
export const control = controlOf(farm.url);
export const customer = new Customer(stack);
/** The same account's other environment. */
export const prodCustomer = new Customer(stack, stack.prodSecretKey);

/** How often something happened at the farm since. */
export async function counting(...names: string[]): Promise<() => Promise<number[]>> {
  const before = await control.counters();
  return async () => {
    const now = await control.counters();
    return names.map((name) => (now[name] ?? 0) - (before[name] ?? 0));
  };
}

/** A secret that nobody knows, and that must be found nowhere either. */
export async function wrongSecret(): Promise<string> {
  const value = `wrong-${crypto.randomUUID()}`;
  await control.keepSecret(value);
  return value;
}

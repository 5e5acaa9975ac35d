import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '#libs/kernel';
import { Catalogue, type Provider } from '#libs/providers';

/** Injection token of the API's public address, without a trailing slash. */
export const PUBLIC_URL = Symbol('public-url');

export type ShownProvider = Provider & { readonly logo_url: string };

/** Shows catalogue entries to callers: as they are, with their key and the address of their logo. */
@Injectable()
export class ProviderViews {
  constructor(
    private readonly catalogue: Catalogue,
    @Inject(PUBLIC_URL) private readonly serverUrl: string,
  ) {}

  list(search?: string): ShownProvider[] {
    return this.catalogue.list(search).map((provider) => this.#show(provider));
  }

  /** @throws AppError `not_found` */
  get(name: string): ShownProvider {
    const provider = this.catalogue.get(name);
    if (!provider) throw new AppError('not_found', `the catalogue has no provider ${name}`);
    return this.#show(provider);
  }

  catalogueByKey(): Record<string, object> {
    return Object.fromEntries(this.catalogue.all().map(({ name, ...entry }) => [name, entry]));
  }

  #show(provider: Provider): ShownProvider {
    return { ...provider, logo_url: `${this.serverUrl}/images/template-logos/${provider.name}.svg` };
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '#libs/kernel';
import { acceptedLanguage, Catalogue, type Provider, Translations } from '#libs/providers';
import { type Cacheable, cacheable } from './cacheable.js';

/** Injection token of the API's public address, without a trailing slash. */
export const PUBLIC_URL = Symbol('public-url');

export type ShownProvider = Provider & { readonly logo_url: string };

/** Shows catalogue entries to callers: in their language, with their key and the address of their logo. */
@Injectable()
export class ProviderViews {
  #whole: { readonly version: number; readonly answer: Cacheable } | undefined;

  constructor(
    private readonly catalogue: Catalogue,
    private readonly translations: Translations,
    @Inject(PUBLIC_URL) private readonly serverUrl: string,
  ) {}

  /** @param languages what the caller's `Accept-Language` says */
  list(search: string | undefined, languages: string | undefined): ShownProvider[] {
    return this.catalogue.list(search).map((provider) => this.#show(provider, languages));
  }

  /** @throws AppError `not_found` */
  get(name: string, languages: string | undefined): ShownProvider {
    const provider = this.catalogue.get(name);
    if (!provider) throw new AppError('not_found', `the catalogue has no provider ${name}`);
    return this.#show(provider, languages);
  }

  /** All entries by key, as other services read them: made once for each version of the catalogue. */
  catalogueByKey(): Cacheable {
    const { version } = this.catalogue;
    if (this.#whole?.version === version) return this.#whole.answer;
    const entries = Object.fromEntries(this.catalogue.all().map(({ name, ...entry }) => [name, entry]));
    const answer = cacheable(JSON.stringify(entries), 'application/json; charset=utf-8', 300);
    this.#whole = { version, answer };
    return answer;
  }

  #show(provider: Provider, languages: string | undefined): ShownProvider {
    const shown = this.translations.translate(provider, acceptedLanguage(languages));
    return { ...shown, logo_url: `${this.serverUrl}/images/template-logos/${provider.name}.svg` };
  }
}

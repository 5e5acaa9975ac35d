/** An icon of a brand, as the list of all icons tells of it. */
export interface ListedIcon {
  readonly title: string;
  readonly slug: string;
  readonly hex: string;
  readonly license?: { readonly type: string } | undefined;
}

export interface BrandIcon {
  readonly slug: string;
  /** Colour of the brand: six digits. */
  readonly hex: string;
}

/** Icons whose licence forbids changes or some uses, asks for the same licence on what shows them, or is one of the brand's own. */
const UNFREE = /NC|ND|SA|GPL|custom/;

/** Providers whose icon is listed under another name. */
const SLUGS: ReadonlyMap<string, string> = new Map([
  ['apple-app-store', 'appstore'],
  ['cal-com', 'caldotcom'],
  ['fly', 'flydotio'],
  ['google-mail', 'gmail'],
  ['google-sheet', 'googlesheets'],
  ['linode', 'akamai'],
  ['mandrill', 'mailchimp'],
  ['mcp-generic', 'modelcontextprotocol'],
  ['mistral', 'mistralai'],
  ['rocket-chat', 'rocketdotchat'],
  ['squareup', 'square'],
  ['twitter', 'x'],
]);

/** Providers whose name another brand's icon has. */
const NONE = new Set(['kit', 'e-conomic']);

/** Finds the icon of a provider: the list is long, so only what is needed of it is kept. */
export class IconIndex {
  readonly #byName = new Map<string, BrandIcon>();

  constructor(icons: readonly ListedIcon[]) {
    for (const { title, slug, hex, license } of icons) {
      if (license && UNFREE.test(license.type)) continue;
      for (const name of [slug, plain(title)]) if (!this.#byName.has(name)) this.#byName.set(name, { slug, hex });
    }
  }

  /** By the key as a whole, by the shown name, then by ever fewer words of the key: `zoho-crm` has the icon of `zoho`. */
  find(key: string, displayName: string): BrandIcon | undefined {
    const words = key.split('-');
    const leading = words.map((_word, index) => words.slice(0, words.length - index).join('-'));
    if (leading.some((name) => NONE.has(name))) return undefined;
    const [whole = key, ...shorter] = leading;
    return this.#named(whole) ?? this.#byName.get(plain(displayName)) ?? first(shorter, (name) => this.#named(name));
  }

  #named(name: string): BrandIcon | undefined {
    return name.length < 3 ? undefined : this.#byName.get(SLUGS.get(name) ?? plain(name));
  }
}

const plain = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/[^a-z0-9]/g, '');

function first<Value>(names: readonly string[], find: (name: string) => Value | undefined): Value | undefined {
  for (const name of names) {
    const found = find(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

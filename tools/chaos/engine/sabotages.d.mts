/** Ways to break a promise of the product, by name. */
export declare const SABOTAGES: Readonly<Record<string, { readonly what: string }>>;

/** A copy of what was built, with a sabotage in it. @throws where the code is not what the sabotage was made for */
export declare function sabotagedBuild(name: string): { readonly build: string; readonly remove: () => void };

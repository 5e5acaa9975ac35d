/** Ways to break a promise of the product, by name. */
export declare const SABOTAGES: Readonly<
  Record<string, { readonly what: string; readonly changes: readonly { readonly file: string }[] }>
>;

/** Files of the build as a sabotage has them. @throws where the code is not what the sabotage was made for */
export declare function brokenCode(name: string): ReadonlyMap<string, string>;

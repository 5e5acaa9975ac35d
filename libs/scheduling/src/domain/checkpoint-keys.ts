/** The variant every sync has. */
export const BASE_VARIANT = 'base';

/** Key of a sync's checkpoint: `sync:<name>`, with `:<variant>` where it is another than base. */
export const checkpointKeyOf = (name: string, variant: string): string =>
  variant === BASE_VARIANT ? `sync:${name}` : `sync:${name}:${variant}`;

/** Every checkpoint a sync may have: its own, and where its deletion tracking began. */
export const checkpointKeysOf = (name: string, variant: string, models: readonly string[]): string[] => {
  const key = checkpointKeyOf(name, variant);
  return [key, ...models.map((model) => `${key}:trackDeletes:${model}`)];
};

/** The dataset a model is kept under: `Model`, or `Model::variant`. */
export const datasetOf = (model: string, variant: string): string => (variant === BASE_VARIANT ? model : `${model}::${variant}`);

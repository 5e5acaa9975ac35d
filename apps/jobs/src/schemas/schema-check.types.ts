/** What does not fit, and where: a JSON pointer into the value. */
export interface SchemaIssue {
  readonly path: string;
  readonly message: string;
  readonly keyword: string;
}

/** A check for the thread that makes them. */
export interface CheckOrder {
  readonly id: number;
  /** Names the schema: the same key is the same schema. */
  readonly key: string;
  readonly schema: object;
  /** JSON texts; one that fits is enough. */
  readonly values: readonly string[];
}

export type CheckAnswer =
  | { readonly id: number; readonly issues: readonly SchemaIssue[] }
  /** The schema cannot be compiled. */
  | { readonly id: number; readonly unusable: string };

/**
 * Whether granted scopes cover a required one: equal, or a grant that ends in `:*` and is a prefix of it (spec/api.md §1.3).
 */
export const hasScope = (granted: readonly string[], required: string): boolean =>
  granted.some((grant) => grant === required || (grant.endsWith(':*') && required.startsWith(grant.slice(0, -1))));

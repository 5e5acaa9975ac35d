import * as z from 'zod';

export const Issue = z.object({
  id: z.string(),
  number: z.number(),
  title: z.string(),
  state: z.enum(['open', 'closed']),
  author: z.string().nullable(),
  labels: z.array(z.string()),
});
export type Issue = z.infer<typeof Issue>;

/** An issue as GitHub answers it. */
export const GithubIssue = z.object({
  id: z.number(),
  number: z.number(),
  title: z.string(),
  state: z.enum(['open', 'closed']),
  user: z.object({ login: z.string() }).nullable(),
  labels: z.array(z.object({ name: z.string() })),
  pull_request: z.unknown().optional(),
});
export type GithubIssue = z.infer<typeof GithubIssue>;

import type { GithubIssue, Issue } from '../models.js';

export const toIssue = ({ id, number, title, state, user, labels }: GithubIssue): Issue => ({
  id: String(id),
  number,
  title,
  state,
  author: user?.login ?? null,
  labels: labels.map((label) => label.name),
});

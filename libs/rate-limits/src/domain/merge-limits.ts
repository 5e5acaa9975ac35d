import type { LearntLimits } from '#libs/contracts';

/** What was learnt, and how long before that the call had been sent. */
export interface Observation {
  readonly learnt: LearntLimits;
  readonly ageMs: number;
}

const SAME_WINDOW_MS = 1_500;

/** Two observations of one bucket as one: a refusal counts before an allowance, the longer wait and the smaller rest win. */
export function mergeLimits(earlier: Observation, later: Observation): Observation {
  const [lead, other] = leads(earlier, later) ? [earlier, later] : [later, earlier];
  const isOneWindow = Math.abs((lead.learnt.resetsInMs ?? 0) - (other.learnt.resetsInMs ?? 0)) <= SAME_WINDOW_MS;
  return {
    ageMs: lead.ageMs,
    learnt: {
      ...lead.learnt,
      low: lead.learnt.low || other.learnt.low,
      limit: lead.learnt.limit ?? other.learnt.limit,
      windowMs: lead.learnt.windowMs ?? other.learnt.windowMs,
      remaining: isOneWindow ? least(lead.learnt.remaining, other.learnt.remaining) : lead.learnt.remaining,
    },
  };
}

function leads({ learnt: one }: Observation, { learnt: other }: Observation): boolean {
  if (one.blockedForMs !== undefined || other.blockedForMs !== undefined)
    return (one.blockedForMs ?? -1) >= (other.blockedForMs ?? -1);
  return (one.resetsInMs ?? 0) > (other.resetsInMs ?? 0) + SAME_WINDOW_MS;
}

const least = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);

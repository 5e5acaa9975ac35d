/**
 * What is kept free beyond the executions of a kind that run at a time, for those who have less than their share while others hold all
 * of it: they start without waiting for one of the others to end. Workers take so many more, and admission admits them.
 */
export const headroomOf = (atOnce: number): number => Math.ceil(atOnce / 10);

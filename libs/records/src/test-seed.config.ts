/** The seed of a randomized test: `FAIRLEAD_SEED`, to repeat a run, or a new one. Printed, so that a failure can be repeated. */
export function testSeed(name: string): number {
  const given = Number(process.env['FAIRLEAD_SEED']);
  const seed = Number.isInteger(given) && given > 0 ? given : Math.floor(Math.random() * 2 ** 31) + 1;
  console.log(`${name}: FAIRLEAD_SEED=${seed}`);
  return seed;
}

import { SetupError } from './place.mjs';

/** Runs a tool; what the person in front of it can cure is said in one sentence. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

import { ensureProgram } from './debian-program.mjs';

const CHROMIUM = {
  names: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
  package: 'chromium',
  called: 'Chromium',
  skipped: 'tests of pages',
};

/** A browser for the tests of pages. */
export const ensureChromium = (say) => ensureProgram(CHROMIUM, say);

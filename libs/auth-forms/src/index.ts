/** Ways to authenticate that need no browser: what a form gives is kept, signed or exchanged (spec/auth.md §2.7-2.15). */
export { mintedModes } from './minted-modes.js';

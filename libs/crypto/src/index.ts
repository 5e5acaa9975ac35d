export { Cipher } from './cipher.js';
export { CryptoModule } from './crypto.module.js';
export { ensureDataKey, loadCipher } from './data-keys.js';
export { parseRootKeys, type RootKey } from './domain/root-keys.js';

export { FolderStore } from './folder-store.js';
export { CODE_FOLDERS, codeFolder, codeKey, ObjectStore } from './object-store.js';
export { storageEnv, storageOptions } from './storage.config.js';
export { StorageModule, type StorageOptions } from './storage.module.js';

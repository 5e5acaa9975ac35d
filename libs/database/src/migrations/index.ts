import { InitialSchema1764000000000 } from './1764000000000-initial-schema.js';

/** Control-plane migrations, oldest first. */
export const controlPlaneMigrations = [InitialSchema1764000000000];

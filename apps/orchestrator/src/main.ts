import 'reflect-metadata';
import { runService } from '#libs/http';
import { bootstrap } from './bootstrap.js';

await runService('orchestrator', () => bootstrap(process.env));

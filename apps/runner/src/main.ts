import 'reflect-metadata';
import { runService } from '#libs/http';
import { bootstrap } from './bootstrap.js';

await runService('runner', () => bootstrap(process.env));

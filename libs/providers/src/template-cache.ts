import { LRUCache } from 'lru-cache';
import { compileTemplate } from './domain/parse-template.js';
import type { Template } from './domain/template.js';

const cache = new LRUCache<string, Template>({ max: 5_000 });

/** The template of a text, compiled once: catalogue entries hold the same few texts for all connections. */
export function templateOf(text: string): Template {
  const known = cache.get(text);
  if (known) return known;
  const compiled = compileTemplate(text);
  cache.set(text, compiled);
  return compiled;
}

/** What a user downloads: the sizes of the bundles as they are shipped (`npm run build -- --production` first). */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Result } from './result.ts';

const BUNDLES = [
  'extension/browser.cjs',
  'extension/node.cjs',
  'server/browser.js',
  'run/browser.js',
  'notebook-renderer/main.js',
  'cli/netscenario.mjs',
];

export function bench(): Result[] {
  const results: Result[] = [];
  for (const bundle of BUNDLES) {
    const path = new URL(`../dist/${bundle}`, import.meta.url);
    if (!existsSync(path)) continue;
    const none = { unit: 'kB', peer: null, peerName: '' };
    results.push({ name: `bundle ${bundle}`, ours: statSync(path).size / 1000, ...none });
    results.push({ name: `bundle ${bundle}, gzip`, ours: gzipSync(readFileSync(path)).length / 1000, ...none });
  }
  return results;
}

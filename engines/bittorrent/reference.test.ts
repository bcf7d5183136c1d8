import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withTables } from '../reference-page.ts';
import { bittorrentTables } from './reference.ts';
import { PEER_MESSAGES } from './wire/peer-message.ts';

const page = readFileSync(new URL('../../docs/bittorrent.md', import.meta.url), 'utf8');

test('the tables in docs/ are those of the code (else: npm run reference)', () => {
  expect(withTables(page, bittorrentTables())).toBe(page);
  for (const kind of Object.keys(PEER_MESSAGES)) expect(page).toContain(`| ${kind} |`);
  for (const name of ['`info_hash`', '`peers6`', 'announce request', 'error response', '| block |']) expect(page).toContain(name);
});

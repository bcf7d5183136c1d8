import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { recordFormats } from './record-format.ts';
import { recordsPage } from './records-page.ts';

test('the page in docs/ is the one that the table gives (else: npm run reference)', () => {
  expect(readFileSync(new URL('../../docs/dns-records.md', import.meta.url), 'utf8')).toBe(recordsPage());
});

test('it has a line for every type', () => {
  for (const { type, number } of recordFormats) expect(recordsPage()).toContain(`| \`${type}\` | ${number} | `);
});

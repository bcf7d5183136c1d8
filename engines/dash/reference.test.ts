import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withTables } from '../reference-page.ts';
import { dashTables } from './reference.ts';

test('the tables in docs/ are those of the code (else: npm run reference)', () => {
  const page = readFileSync(new URL('../../docs/dash.md', import.meta.url), 'utf8');
  expect(withTables(page, dashTables())).toBe(page);
  expect(page).toContain('| `bola` |');
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codes } from './codes.ts';
import { referencePage } from './reference.ts';
import { vocabulary } from './vocabulary.ts';

describe('the reference page', () => {
  it('in docs/ is the one that the tables give (else: npm run reference)', () => {
    expect(readFileSync(new URL('../../docs/language.md', import.meta.url), 'utf8')).toBe(referencePage());
  });

  it('has every statement, and a heading for every code that a diagnostic links to', () => {
    const headings = new Set(referencePage().match(/^### .*$/gm));
    for (const { id } of vocabulary) expect(headings).toContain(`### ${id}`);
    for (const code of Object.keys(codes)) expect(headings).toContain(`### ${code}`);
  });
});

/** Writes docs/language.md from the vocabulary. */
import { writeFileSync } from 'node:fs';
import { referencePage } from '../server/language/reference.ts';

writeFileSync(new URL('../docs/language.md', import.meta.url), referencePage());

/** Writes docs/language.md from the vocabulary and docs/dns-records.md from the table of record types. */
import { writeFileSync } from 'node:fs';
import { recordsPage } from '../engines/dns/records-page.ts';
import { referencePage } from '../server/language/reference.ts';

writeFileSync(new URL('../docs/language.md', import.meta.url), referencePage());
writeFileSync(new URL('../docs/dns-records.md', import.meta.url), recordsPage());

/** Writes docs/language.md from the vocabulary, and the tables of docs/ftp.md from the server's. */
import { readFileSync, writeFileSync } from 'node:fs';
import { commandCases } from '../engines/ftp/command-cases-for-tests.ts';
import { withTables } from '../engines/ftp/reference.ts';
import { referencePage } from '../server/language/reference.ts';

writeFileSync(new URL('../docs/language.md', import.meta.url), referencePage());
const ftp = new URL('../docs/ftp.md', import.meta.url);
writeFileSync(ftp, withTables(readFileSync(ftp, 'utf8'), commandCases));

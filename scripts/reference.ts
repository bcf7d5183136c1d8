/** Writes the reference pages from the tables that the product runs on. */
import { writeFileSync } from 'node:fs';
import { referencePage } from '../server/language/reference.ts';
import { httpPage } from './http-reference.ts';

const page = (name: string) => new URL(`../docs/${name}.md`, import.meta.url);
writeFileSync(page('language'), referencePage());
writeFileSync(page('http'), httpPage());

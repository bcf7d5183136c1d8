/**
 * What a person finds on a page of webmail: its forms with what they would send, its links, its heading. A reading of tags; scripts are
 * not run. Limits: the first MiB, 50 forms, 500 fields, 2,000 links; a text of 2,000 characters, in a form's text area of 100,000.
 */
import { attribute, readHtml, resolved } from '../filters/links/html-text.ts';
import type { FormFields } from './form.ts';

export interface PageForm {
  /** Upper case. */
  readonly method: string;
  readonly action: string;
  /** As they stand on the page. */
  readonly fields: FormFields;
}

export interface PageLink {
  readonly href: string;
  readonly text: string;
  /** Of the row that it stands in. */
  readonly rowClass: string | null;
}

export interface WebPage {
  readonly title: string;
  readonly forms: readonly PageForm[];
  readonly links: readonly PageLink[];
}

const SIZE_LIMIT = 1024 * 1024;
const FORMS_LIMIT = 50;
const FIELDS_LIMIT = 500;
const LINKS_LIMIT = 2_000;
const TEXT_LIMIT = 2_000;
const AREA_LIMIT = 100_000;
const TAG = /<(\/?)([a-z][a-z0-9]*)((?:[^<>"']|"[^"]*"|'[^']*')*)>/gi;

export function readPage(source: string): WebPage {
  const page = source.slice(0, SIZE_LIMIT);
  const forms: { method: string; action: string; fields: (readonly [string, string])[] }[] = [];
  const links: PageLink[] = [];
  let form: (typeof forms)[number] | null = null;
  let rowClass: string | null = null;
  let title = '';
  let fields = 0;
  for (const found of page.matchAll(TAG)) {
    const [whole, slash = '', name = '', rest = ''] = found;
    const behind = found.index + whole.length;
    const upTo = (tag: string, limit = TEXT_LIMIT) => {
      const text = page.slice(behind, behind + limit);
      const end = text.indexOf(tag);
      return text.slice(0, Math.max(end, 0));
    };
    switch (slash + name.toLowerCase()) {
      case 'title':
        title ||= resolved(upTo('</title>'));
        break;
      case 'form':
        form = { method: (attribute(rest, 'method') ?? 'get').toUpperCase(), action: attribute(rest, 'action') ?? '', fields: [] };
        if (forms.length < FORMS_LIMIT) forms.push(form);
        break;
      case '/form':
        form = null;
        break;
      case 'input':
      case 'textarea': {
        const key = attribute(rest, 'name');
        if (!form || key === null || fields++ >= FIELDS_LIMIT) break;
        // HTML Living Standard §13.1.2: a line feed at once behind the tag is none of the text.
        const text = () => resolved(upTo('</textarea>', AREA_LIMIT).replace(/^\n/, ''));
        form.fields.push([key, name.toLowerCase() === 'input' ? (attribute(rest, 'value') ?? '') : text()]);
        break;
      }
      case 'tr':
        rowClass = attribute(rest, 'class');
        break;
      case '/tr':
        rowClass = null;
        break;
      case 'a': {
        const href = attribute(rest, 'href');
        if (href !== null && links.length < LINKS_LIMIT) links.push({ href, text: readHtml(upTo('</a>')).text.trim(), rowClass });
        break;
      }
    }
  }
  return { title, forms, links };
}

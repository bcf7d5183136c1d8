/**
 * HTML that cannot be broken out of: a template whose values are escaped, unless they are HTML of this kind themselves.
 *
 *     html`<p>${subject}</p>`
 */
import { utf8Octets } from '../../network/octets.ts';

/** A piece of HTML. Only `html` makes one. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Value = string | number | Html | readonly Html[];

export function html(pieces: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(pieces.map((piece, i) => piece + (i < values.length ? written(values[i] as Value) : '')).join(''));
}

function written(value: Value): string {
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(({ text }) => text).join('');
  return escaped(String(value));
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Fit for text and for attribute values in quotes (HTML Living Standard §13.1.4). NUL, which is nowhere allowed, becomes U+FFFD. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ESCAPES[char] as string).replaceAll('\0', '\ufffd');
}

/** As UTF-8, one char an octet. */
export function octetsOfHtml({ text }: Html): string {
  return utf8Octets(text);
}

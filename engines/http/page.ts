/**
 * Generated contents of websites: a page is real HTML that names its objects, style sheets, scripts and plain text are text,
 * and anything else is bulk.
 *
 * Text is made up of words drawn by the seed, up to its size; beyond 64 KiB, the rest of a page is bulk.
 */
import { bulkBytes, type Content } from '../content.ts';
import { mediaTypeOf } from '../media-types.ts';
import { bytesOfOctets, utf8Octets } from '../network/octets.ts';
import type { Bytes } from '../quantities.ts';
import type { Contents } from './contents.ts';

/** HTML that is written out. */
const WRITTEN: Bytes = 64 * 1024;

const WORDS =
  'the network core a packet router sends over links with queues and delay host server browser page object cache request response connection round trip time rate'.split(
    ' ',
  );

/** HTML with these objects embedded. Larger than `size` where the markup alone is. */
export function generatedPage(title: string, embeds: readonly string[], seed: number, size: Bytes): Contents {
  const start = `<!DOCTYPE html>\n<html>\n<head><meta charset="utf-8"><title>${escaped(title)}</title></head>\n<body>\n${embeds
    .map(markup)
    .join('')}<p>\n`;
  const end = '</p>\n</body>\n</html>\n';
  const markupSize = utf8Octets(start + end).length;
  const text = filler(seed, Math.max(0, Math.min(size, WRITTEN) - markupSize));
  const octets = utf8Octets(start) + text;
  const contents: Content[] = [bytesOfOctets(size > WRITTEN ? octets : octets + end)];
  const rest = size - (contents[0] as Uint8Array).length;
  if (rest > 0) contents.push({ seed, offset: 0, length: rest });
  return contents;
}

/** What is embedded in pages, by its media type (see `generatedType`). */
export function generatedObject(type: string, seed: number, size: Bytes): Contents {
  if (size === 0) return [];
  const [start, end] = type === 'text/css' || type === 'text/javascript' ? ['/* ', ' */\n'] : ['', ''];
  if (!type.startsWith('text/') || size < start.length + end.length || size > WRITTEN) return [{ seed, offset: 0, length: size }];
  return [bytesOfOctets(start + filler(seed, size - start.length - end.length) + end)];
}

/** The media type that a generated object may truly call itself: bulk is no picture, whatever its name ends in. */
export function generatedType(path: string, size: Bytes): string {
  const type = typeOf(path);
  return /^text\/(plain|css|javascript)/.test(type) && size <= WRITTEN ? type : 'application/octet-stream';
}

function markup(reference: string): string {
  const shown = escaped(reference);
  if (/\.css(\?|$)/.test(reference)) return `<link rel="stylesheet" href="${shown}">\n`;
  if (/\.js(\?|$)/.test(reference)) return `<script src="${shown}"></script>\n`;
  return `<img src="${shown}" alt="">\n`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** Words in lines, exactly so many octets. */
function filler(seed: number, length: Bytes): string {
  const draws = bulkBytes(seed, 0, Math.ceil(length / 2));
  const parts: string[] = [];
  let size = 0;
  let column = 0;
  for (let i = 0; size < length; i++) {
    const word = WORDS[(draws[i] as number) % WORDS.length] as string;
    column += word.length + 1;
    const wrapped = column > 80;
    if (wrapped) column = 0;
    parts.push(word, wrapped ? '\n' : ' ');
    size += word.length + 1;
  }
  return parts.join('').slice(0, length);
}

/** The media type of a resource by its path; pages have no endings. */
export function typeOf(path: string): string {
  const [name = ''] = path.split('?', 1);
  return mediaTypeOf(name.slice(name.lastIndexOf('/') + 1)) ?? 'text/html; charset=utf-8';
}

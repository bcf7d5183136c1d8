/**
 * A message with octets above 127 for a server that takes none (RFC 6152 §3): bodies are encoded anew, and what is in them stays.
 * Header sections with such octets cannot be helped (RFC 6532 would be needed).
 */
import { encodeBase64 } from '../../base64.ts';
import { type Entity, parseMime } from '../message/mime.ts';
import { encodeQuotedPrintable } from '../message/transfer-encoding.ts';

const EIGHT_BIT = /[\x80-\xff]/;
const LINE = 76;

/** The message in 7 bits; null where that cannot be done. */
export function downgrade(content: string): string | null {
  const message = parseMime(content);
  // RFC 6152 §3: only MIME says what the octets are.
  if (!message.fields.some(({ name }) => name.toLowerCase() === 'mime-version')) return null;
  const changed = downgradeEntity(content, message);
  return changed === null || EIGHT_BIT.test(changed) ? null : changed;
}

function downgradeEntity(content: string, entity: Entity): string | null {
  const { start, end, bodyStart, parts, type, encoding } = entity;
  if (!EIGHT_BIT.test(content.slice(start, end))) return content.slice(start, end);
  const header = content.slice(start, bodyStart);
  if (EIGHT_BIT.test(header)) return null;
  if (parts.length > 0) {
    let body = '';
    let at = bodyStart;
    for (const part of parts) {
      const changed = downgradeEntity(content, part);
      if (changed === null) return null;
      body += content.slice(at, part.start) + changed;
      at = part.end;
    }
    return withEncoding(content, entity, '7bit') + body + content.slice(at, end);
  }
  if (!['7bit', '8bit', 'binary'].includes(encoding)) return null;
  const body = content.slice(bodyStart, end);
  if (type.startsWith('text/')) return withEncoding(content, entity, 'quoted-printable') + encodeQuotedPrintable(body);
  // RFC 2046 §5.2.1: of what holds a message, nothing but its parts may be encoded.
  if (type.startsWith('message/') || type.startsWith('multipart/')) return null;
  const lines = encodeBase64(body).match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  return `${withEncoding(content, entity, 'base64')}${lines.join('\r\n')}\r\n`;
}

/** The header section with its empty line, and this encoding instead of what it said. */
function withEncoding(content: string, { start, bodyStart, fields }: Entity, encoding: string): string {
  let header = '';
  let at = start;
  for (const field of fields) {
    if (field.name.toLowerCase() !== 'content-transfer-encoding') continue;
    header += content.slice(at, field.start);
    at = field.end;
  }
  return `Content-Transfer-Encoding: ${encoding}\r\n${header}${content.slice(at, bodyStart)}`;
}

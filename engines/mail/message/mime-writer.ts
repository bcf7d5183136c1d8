/**
 * Writes MIME entities (RFC 2045, 2046): header fields and body, lines ended by CRLF.
 *
 * A boundary must not occur in what it bounds (RFC 2046 §5.1.1). They are numbered; each is the first number that does not occur
 * in any of the parts. `=_` cannot stand in quoted-printable or base64 (RFC 2045 §6.7), so that is the first one as a rule.
 */
import { writeParameter } from './content-fields.ts';
import { foldField } from './message-format.ts';
import { domainOfData, encodeTransfer, type TransferEncoding } from './transfer-encoding.ts';

export interface EntityDraft {
  /** `text/plain`. */
  readonly type: string;
  /** Values are text. A boundary is chosen, not given. */
  readonly parameters?: readonly (readonly [attribute: string, text: string])[];
  readonly disposition?: { readonly kind: 'inline' | 'attachment'; readonly fileName: string | null };
  /** Further fields of the part, behind these: `Content-ID`. */
  readonly fields?: readonly (readonly [name: string, value: string])[];
  readonly content: SingleContent | { readonly parts: readonly EntityDraft[] };
}

export interface SingleContent {
  /** As they are to come out at the other end. */
  readonly octets: string;
  /** Chosen by the octets where it is left out. */
  readonly encoding?: TransferEncoding;
}

/** Lines of a header section, folded, and what comes behind the empty line. */
export interface WrittenEntity {
  readonly fields: readonly string[];
  readonly body: string;
}

/** The fields that begin with `Content-`, and the body. */
export function writeEntity(draft: EntityDraft): WrittenEntity {
  const { type, parameters = [], disposition, fields = [], content } = draft;
  if ('parts' in content) {
    const parts = content.parts.map(writeEntity).map(joined);
    const boundary = boundaryFor(parts);
    const header = [contentType(type, [...parameters, ['boundary', boundary]]), ...dispositionLines(disposition), ...others(fields)];
    return { fields: header, body: `${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n` };
  }
  const encoding = content.encoding ?? encodingFor(type, content.octets);
  return {
    fields: [
      contentType(type, parameters),
      ...(encoding === '7bit' ? [] : [`Content-Transfer-Encoding: ${encoding}`]), // RFC 2045 §6.1: the default
      ...dispositionLines(disposition),
      ...others(fields),
    ],
    body: encodeTransfer(content.octets, encoding),
  };
}

/** A part's octets. */
export function joined({ fields, body }: WrittenEntity): string {
  return `${fields.map((field) => `${field}\r\n`).join('')}\r\n${body}`;
}

/**
 * The encoding by which octets travel over 7 bits: as they are if they can, else what is shorter for a text, and base64 for what
 * is none (RFC 2045 §6.7, §6.8). A text with CR or LF alone is none: quoted-printable would keep it, but a reader may not.
 */
export function encodingFor(type: string, octets: string): TransferEncoding {
  const needs = domainOfData(octets);
  const isText = type.startsWith('text/');
  if (needs === '7bit' && isText) return '7bit';
  if (!isText) return 'base64';
  const escaped = octets.length + 2 * (octets.match(/[^\t\r\n -<>-~]/g)?.length ?? 0);
  return escaped <= (octets.length * 4) / 3 + 4 || needs === '7bit' ? 'quoted-printable' : 'base64';
}

function contentType(type: string, parameters: readonly (readonly [string, string])[]): string {
  return parameterised('Content-Type', type, parameters);
}

function dispositionLines(disposition: EntityDraft['disposition']): string[] {
  if (!disposition) return [];
  const { kind, fileName } = disposition;
  return [parameterised('Content-Disposition', kind, fileName === null ? [] : [['filename', fileName]])];
}

function parameterised(name: string, value: string, parameters: readonly (readonly [string, string])[]): string {
  const parts = [value, ...parameters.flatMap(([attribute, text]) => writeParameter(attribute, text))];
  return foldField(
    name,
    parts.map((part, i) => (i < parts.length - 1 ? `${part};` : part)),
  );
}

function others(fields: readonly (readonly [string, string])[]): string[] {
  return fields.map(([name, value]) => foldField(name, value.split(' ')));
}

function boundaryFor(parts: readonly string[]): string {
  for (let i = 1; ; i++) {
    const boundary = `=_part_${i}`;
    if (!parts.some((part) => part.includes(boundary))) return boundary;
  }
}

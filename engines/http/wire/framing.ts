/**
 * Where a message ends (RFC 9112 §6).
 *
 * Two readers that disagree about it let one request hide in another (request smuggling, §11.2). So whatever leaves room for
 * two opinions is an error: Transfer-Encoding beside Content-Length or in HTTP/1.0, a Content-Length that differs, repeats or
 * is no number, a coding behind chunked.
 */
import type { Bytes } from '../../quantities.ts';
import type { HeadError, RequestHead, ResponseHead, Version } from './head.ts';
import { type Fields, fieldValues, hasMember, trimmed } from './header-field.ts';
import { isInterim } from './status.ts';

export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: Bytes }
  | { readonly kind: 'chunked' }
  /** To the end of the connection: responses only. */
  | { readonly kind: 'until close' };

/** §6.3 of a request. */
export function requestFraming({ version, fields }: RequestHead): Framing | HeadError {
  return declared(version, fields) ?? { kind: 'none' };
}

/** §6.3 of the response to a request with that method. The status of an error is the one for a message that is malformed. */
export function responseFraming({ version, status, fields }: ResponseHead, method: string): Framing | HeadError {
  if (method === 'HEAD' || isInterim(status) || status === 204 || status === 304) return { kind: 'none' };
  // A 2xx to CONNECT opens a tunnel, which nobody here asks for.
  return declared(version, fields) ?? { kind: 'until close' };
}

function declared(version: Version, fields: Fields): Framing | HeadError | null {
  const lengths = fieldValues(fields, 'Content-Length');
  const [encoding, ...more] = fieldValues(fields, 'Transfer-Encoding');
  if (encoding !== undefined) {
    if (lengths.length > 0) return { status: 400, error: 'Transfer-Encoding beside Content-Length (RFC 9112 §6.1)' };
    if (version[1] === 0) return { status: 400, error: 'Transfer-Encoding in HTTP/1.0 (RFC 9112 §6.1)' };
    // Lines and empty members that add nothing: not worth finding out what others make of them.
    if (more.length > 0) return { status: 400, error: 'Transfer-Encoding more than once' };
    const codings = encoding.toLowerCase().split(',').map(trimmed);
    if (codings.at(-1) !== 'chunked') return { status: 400, error: 'a Transfer-Encoding that does not end in chunked (RFC 9112 §6.3)' };
    if (codings.indexOf('chunked') < codings.length - 1) return { status: 400, error: 'chunked more than once (RFC 9112 §7.1)' };
    if (codings.includes('')) return { status: 400, error: 'a Transfer-Encoding with a gap' };
    if (codings.length > 1) return { status: 501, error: `transfer coding ${codings[0]} is not known here` };
    return { kind: 'chunked' };
  }
  const [value] = lengths;
  if (value === undefined) return null;
  if (lengths.length > 1) return { status: 400, error: 'Content-Length more than once (RFC 9112 §6.3)' };
  // 15 digits are exact, and a petabyte.
  if (!/^\d+$/.test(value)) return { status: 400, error: 'a Content-Length that is no number' };
  if (value.length > 15) return { status: 413, error: 'a Content-Length beyond all measure' };
  return { kind: 'length', length: Number(value) };
}

/** Whether the connection may be used on after the message (§9.3). */
export function isPersistent({ version, fields }: { readonly version: Version; readonly fields: Fields }): boolean {
  return version[1] >= 1 && !hasMember(fields, 'Connection', 'close');
}

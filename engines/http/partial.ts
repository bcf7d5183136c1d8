/** Parts of a representation (RFC 9110 §14, §15.3.7): 206 with one range, with several as multipart/byteranges, or 416. */

import { type Contents, lengthOf, sliceOf } from '../contents.ts';
import { bytesOfOctets } from '../network/octets.ts';
import { plainResponse, type ServedResponse } from './server.ts';
import { type Fields, fieldValue, withField, without } from './wire/header-field.ts';
import { contentRange, decodeRanges } from './wire/range.ts';

/**
 * The answer to a GET with that Range from a whole response of status 200. `boundary` separates several parts: it must not
 * stand in the content, so whoever serves gives one that it does not. The whole where the range does not count.
 */
export function partOf(whole: ServedResponse & { readonly body: Contents }, range: string, boundary: string): ServedResponse {
  const { fields, body } = whole;
  const size = lengthOf(body);
  const ranges = decodeRanges(range, size);
  if (ranges === 'ignored') return whole;
  if (ranges === 'unsatisfiable') {
    return plainResponse(416, 'no such range', [...keptIn416(fields), { name: 'Content-Range', value: contentRange(null, size) }]);
  }
  const [only] = ranges;
  if (only && ranges.length === 1) {
    return {
      status: 206,
      fields: withField(fields, 'Content-Range', contentRange(only, size)),
      body: sliceOf(body, only.start, only.end),
    };
  }
  const type = fieldValue(fields, 'Content-Type');
  const parts = ranges.flatMap((each, i): Contents => {
    const head = `${i === 0 ? '' : '\r\n'}--${boundary}\r\n${type === null ? '' : `Content-Type: ${type}\r\n`}Content-Range: ${contentRange(each, size)}\r\n\r\n`;
    return [bytesOfOctets(head), ...sliceOf(body, each.start, each.end)];
  });
  return {
    status: 206,
    // §14.6: the parts have the type, the whole is told by its own.
    fields: withField(fields, 'Content-Type', `multipart/byteranges; boundary=${boundary}`),
    body: [...parts, bytesOfOctets(`\r\n--${boundary}--\r\n`)],
  };
}

/** What describes the content that is not sent is left out. */
function keptIn416(fields: Fields): Fields {
  return without(fields, 'Content-Type', 'Content-Length', 'ETag', 'Last-Modified');
}

/** Messages as the inspector shows them: each field with the octets that it covers. */
import { describe, expect, test } from 'vitest';
import type { Field } from '../../field.ts';
import { bytesOfOctets } from '../../network/octets.ts';
import { dissectHttp } from './dissect.ts';

/** `name: octets`, with what is in it. */
function shown(octets: string, kind: string): unknown[] {
  const tree = (field: Field): unknown => {
    const line = `${field.name}${field.malformed ? '!' : ''}: ${octets.slice(field.start, field.end).replaceAll('\r\n', '⏎')}`;
    return field.children ? [line, ...field.children.map(tree)] : line;
  };
  return dissectHttp(bytesOfOctets(octets), kind).map(tree);
}

test('a request', () => {
  expect(shown('POST /form?x=1 HTTP/1.1\r\nHost: www\r\nContent-Length: 3\r\n\r\na=b', 'request')).toEqual([
    ['request line: POST /form?x=1 HTTP/1.1', 'method: POST', 'request target: /form?x=1', 'HTTP version: HTTP/1.1'],
    ['header section: Host: www⏎Content-Length: 3⏎', 'Host: Host: www', 'Content-Length: Content-Length: 3'],
    'empty line: ⏎',
    'content: a=b',
  ]);
});

test('a response, its text by lines', () => {
  expect(shown('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>\nhi\n', 'response')).toEqual([
    ['status line: HTTP/1.1 200 OK', 'HTTP version: HTTP/1.1', 'status code: 200', 'reason phrase: OK'],
    ['header section: Content-Type: text/html⏎', 'Content-Type: Content-Type: text/html'],
    'empty line: ⏎',
    ['content: <p>\nhi\n', 'line: <p>\n', 'line: hi\n'],
  ]);
});

test('chunks and trailers', () => {
  const octets = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a\r\nabc\r\n0\r\nX: y\r\n\r\n';
  expect(shown(octets, 'response').slice(3)).toEqual([
    ['chunk: 3;a⏎abc⏎', 'chunk size: 3;a', 'chunk data: abc'],
    ['last chunk: 0⏎', 'chunk size: 0'],
    'trailer section: X: y⏎⏎',
  ]);
});

describe('what is wrong is marked', () => {
  test.each([
    ['GET  / HTTP/1.1\r\n\r\n', 'request', 'request line!: GET  / HTTP/1.1'],
    ['HTTP/1.1 OK\r\n\r\n', 'response', 'status line!: HTTP/1.1 OK'],
    ['GET / HTTP/1.1\r\nHost : www\r\n\r\n', 'request', ['header section: Host : www⏎', 'line!: Host : www']],
    ['GET / HTTP/1.1\r\nHost: www', 'request', 'CRLF!: '],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n', 'response', 'chunk size!: xyz'],
    ['abc', 'reply', 'message!: abc'],
  ])('%j', (octets, kind, marked) => expect(shown(octets, kind)).toContainEqual(marked));
});

test('what fields mean is told, with the section', () => {
  const [line, section] = dissectHttp(bytesOfOctets('GET / HTTP/1.1\r\nif-none-match: "x"\r\nX-Own: 1\r\n\r\n'), 'request');
  expect(line?.children?.[0]).toMatchObject({ meaning: 'the resource is asked for', standard: 'RFC 9110 §9.3.1' });
  expect(section?.children?.[0]).toMatchObject({ value: '"x"', meaning: 'only if it is none of these', standard: 'RFC 9110 §13.1.2' });
  expect(section?.children?.[1]).not.toHaveProperty('meaning');
});

/** Heads and framing: what is taken, what is refused and with which status, and that encoding and decoding are opposites. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requestFraming, responseFraming } from './framing.ts';
import {
  decodeRequestHead,
  decodeRequestLine,
  decodeResponseHead,
  decodeStatusLine,
  encodeRequestHead,
  encodeResponseHead,
  type HeadError,
  type RequestHead,
  type ResponseHead,
} from './head.ts';
import { decodeField, encodeFields, fieldValue, hasMember, membersOf, separated, unquoted, withField, without } from './header-field.ts';

const request = (...lines: string[]) => decodeRequestHead(['GET / HTTP/1.1', 'Host: www.example.org', ...lines]);
const status = (head: unknown) => (head as HeadError).status;

describe('a request line', () => {
  test.each([
    ['GET / HTTP/1.1', 'GET', { form: 'origin', path: '/' }, [1, 1]],
    ['HEAD /a/b.png?x=1&y=%20 HTTP/1.0', 'HEAD', { form: 'origin', path: '/a/b.png?x=1&y=%20' }, [1, 0]],
    [
      'GET http://www.Example.org:8080/x HTTP/1.1',
      'GET',
      { form: 'absolute', url: { scheme: 'http', host: 'www.example.org', port: 8080, path: '/x' } },
      [1, 1],
    ],
    ['OPTIONS * HTTP/1.1', 'OPTIONS', { form: 'asterisk' }, [1, 1]],
    ['CONNECT www.example.org:443 HTTP/1.1', 'CONNECT', { form: 'authority', host: 'www.example.org', port: 443 }, [1, 1]],
    // Methods are told apart by case, and any token is one (RFC 9110 §9.1).
    ['get / HTTP/1.1', 'get', { form: 'origin', path: '/' }, [1, 1]],
    // A minor version that is not known yet is the greatest that is.
    ['GET / HTTP/1.9', 'GET', { form: 'origin', path: '/' }, [1, 9]],
  ])('%s', (line, method, target, version) => expect(decodeRequestLine(line)).toEqual({ method, target, version }));

  test.each([
    ['', 400],
    ['GET /', 400],
    ['GET  / HTTP/1.1', 400],
    ['GET / HTTP/1.1 ', 400],
    [' GET / HTTP/1.1', 400],
    ['GET\t/\tHTTP/1.1', 400],
    ['G(T / HTTP/1.1', 400],
    ['GET index.html HTTP/1.1', 400],
    ['GET /a b HTTP/1.1', 400],
    ['GET /a#b HTTP/1.1', 400],
    ['GET /\xe9 HTTP/1.1', 400],
    ['GET /% HTTP/1.1', 400],
    ['GET * HTTP/1.1', 400],
    ['GET ftp://www.example.org/ HTTP/1.1', 400],
    ['GET http://user@www.example.org/ HTTP/1.1', 400],
    ['GET / http/1.1', 400],
    ['GET / HTTP/11', 400],
    ['GET / HTTP/2.0', 505],
    ['GET / HTTP/0.9', 505],
  ])('%j is refused with %i', (line, code) => expect(status(decodeRequestLine(line))).toBe(code));
});

describe('a status line', () => {
  test.each([
    ['HTTP/1.1 200 OK', 200, 'OK'],
    ['HTTP/1.0 404 Not Found', 404, 'Not Found'],
    ['HTTP/1.1 299 ', 299, ''],
    ['HTTP/1.1 204', 204, ''],
  ])('%s', (line, code, reason) => expect(decodeStatusLine(line)).toMatchObject({ status: code, reason }));

  test.each(['HTTP/1.1  200 OK', 'HTTP/1.1 20 OK', 'HTTP/1.1 600 No', 'HTTP/1.1 200\tOK', 'HTTP/2.0 200 OK', '200 OK'])(
    '%j is none',
    (line) => expect(decodeStatusLine(line)).toHaveProperty('error'),
  );
});

describe('a header section', () => {
  test.each([
    ['X:y', { name: 'X', value: 'y' }],
    ['X: \t y z\t ', { name: 'X', value: 'y z' }],
    ['x-y:', { name: 'x-y', value: '' }],
    ['X: \xe9:', { name: 'X', value: '\xe9:' }],
  ])('%j', (line, field) => expect(decodeField(line)).toEqual(field));

  // RFC 9112 §2.2, §5.1, §5.2: each of these is something else to another reader.
  test.each(['X : y', ' X: y', '\tX: y', 'X', ': y', 'X Y: z', 'X: a\rb', 'X: a\nb', 'X: a\0b', 'X: a\x0bb', 'X: \x7f'])(
    '%j is refused',
    (line) => expect(decodeField(line)).toHaveProperty('error'),
  );

  test('has limits', () => {
    expect(status(request(...Array.from({ length: 100 }, (_, i) => `X${i}: y`)))).toBe(431);
    expect(status(request(`X: ${'y'.repeat(8_190)}`))).toBe(431);
    expect(status(request(...Array.from({ length: 20 }, (_, i) => `X${i}: ${'y'.repeat(4_000)}`)))).toBe(431);
    expect(request(...Array.from({ length: 99 }, (_, i) => `X${i}: y`))).toHaveProperty('method');
  });

  test('is not written where it would be another one', () => {
    for (const field of [
      { name: 'X', value: 'a\r\nY: b' },
      { name: 'X', value: ' a' },
      { name: 'X:', value: 'a' },
      { name: '', value: 'a' },
    ]) {
      expect(() => encodeFields([field])).toThrow(RangeError);
    }
  });

  test('gives values, members and tokens', () => {
    const fields = [
      { name: 'Connection', value: 'Keep-Alive, , Close' },
      { name: 'X', value: '1' },
      { name: 'connection', value: 'x' },
    ];
    expect(fieldValue(fields, 'CONNECTION')).toBe('Keep-Alive, , Close, x');
    expect(fieldValue(fields, 'Y')).toBeNull();
    expect(membersOf(fields, 'Connection')).toEqual(['Keep-Alive', 'Close', 'x']);
    expect(hasMember(fields, 'Connection', 'close')).toBe(true);
    expect(withField(without(fields, 'X'), 'connection', 'close')).toEqual([{ name: 'connection', value: 'close' }]);
    expect(separated('a="1, \\"2", b', ',')).toEqual(['a="1, \\"2"', 'b']);
    expect(unquoted('"a\\"b"')).toBe('a"b');
  });
});

describe('Host (RFC 9112 §3.2)', () => {
  const head = (version: string, ...lines: string[]) => decodeRequestHead([`GET / HTTP/${version}`, ...lines]);
  test.each([
    ['1.1', [], 400],
    ['1.1', ['Host: a', 'Host: a'], 400],
    ['1.1', ['Host: a b'], 400],
    ['1.1', ['Host: a, b'], 400],
    ['1.1', ['Host: user@a'], 400],
    ['1.1', ['Host: a:99999'], 400],
    ['1.0', ['Host: a', 'Host: b'], 400],
    ['1.0', [], undefined],
    ['1.1', ['Host: a:80'], undefined],
    ['1.1', ['Host:'], undefined],
  ] as [string, string[], number | undefined][])('HTTP/%s with %j', (version, lines, code) =>
    expect(status(head(version, ...lines))).toBe(code),
  );
});

describe('the framing of a request (RFC 9112 §6)', () => {
  const framing = (...lines: string[]) => requestFraming(request(...lines) as RequestHead);
  test.each([
    [[], { kind: 'none' }],
    [['Content-Length: 0'], { kind: 'length', length: 0 }],
    [['Content-Length: 42'], { kind: 'length', length: 42 }],
    [['Transfer-Encoding: chunked'], { kind: 'chunked' }],
    [['Transfer-Encoding: Chunked'], { kind: 'chunked' }],
  ])('%j', (lines, expected) => expect(framing(...lines)).toEqual(expected));

  test.each([
    [['Content-Length: 4', 'Transfer-Encoding: chunked'], 400],
    [['Transfer-Encoding: chunked', 'Content-Length: 4'], 400],
    [['Content-Length: 4', 'Content-Length: 4'], 400],
    [['Content-Length: 4', 'Content-Length: 5'], 400],
    [['Content-Length: 4, 4'], 400],
    [['Content-Length: +4'], 400],
    [['Content-Length: -4'], 400],
    [['Content-Length: 0x4'], 400],
    [['Content-Length: 4 '.padEnd(20), 'Content-Length:'], 400],
    [['Content-Length: four'], 400],
    [['Content-Length: 9999999999999999'], 413],
    [['Transfer-Encoding: gzip'], 400],
    [['Transfer-Encoding: chunked, gzip'], 400],
    [['Transfer-Encoding: chunked, chunked'], 400],
    [['Transfer-Encoding: xchunked'], 400],
    [['Transfer-Encoding: ,chunked'], 400],
    [['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], 400],
    [['Transfer-Encoding: gzip, chunked'], 501],
  ])('%j is refused with %i', (lines, code) => expect(status(framing(...lines))).toBe(code));

  test('in HTTP/1.0 has no chunks', () => {
    const head = decodeRequestHead(['POST / HTTP/1.0', 'Transfer-Encoding: chunked']) as RequestHead;
    expect(status(requestFraming(head))).toBe(400);
  });
});

describe('the framing of a response', () => {
  const framing = (code: number, method: string, ...lines: string[]) =>
    responseFraming(decodeResponseHead([`HTTP/1.1 ${code} x`, ...lines]) as ResponseHead, method);
  test.each([
    [200, 'GET', ['Content-Length: 5'], { kind: 'length', length: 5 }],
    [200, 'GET', ['Transfer-Encoding: chunked'], { kind: 'chunked' }],
    [200, 'GET', [], { kind: 'until close' }],
    [200, 'HEAD', ['Content-Length: 5'], { kind: 'none' }],
    [304, 'GET', ['Content-Length: 5'], { kind: 'none' }],
    [204, 'GET', [], { kind: 'none' }],
    [100, 'POST', [], { kind: 'none' }],
  ] as [number, string, string[], object][])('%i to %s with %j', (code, method, lines, expected) =>
    expect(framing(code, method, ...lines)).toEqual(expected),
  );
});

const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}$/);
const value = fc.stringMatching(/^([!-~\x80-\xff]([ \t!-~\x80-\xff]{0,30}[!-~\x80-\xff])?)?$/);
const fields = fc.array(fc.record({ name: token.filter((name) => name.toLowerCase() !== 'host'), value }), { maxLength: 10 });
const version = fc.constantFrom([1, 0] as const, [1, 1] as const);
const path = fc.stringMatching(/^\/[A-Za-z0-9._~!$&'()*+,;=:@/?-]{0,30}$/);

test('decoding is the opposite of encoding', () => {
  const requests: fc.Arbitrary<RequestHead> = fc.record({
    method: token.filter((method) => method !== 'CONNECT'),
    target: fc.oneof(
      path.map((text) => ({ form: 'origin' as const, path: text })),
      path.map((text) => ({
        form: 'absolute' as const,
        url: { scheme: 'http' as const, host: 'www.example.org', port: 8080, path: text },
      })),
    ),
    version,
    fields: fields.map((others) => [{ name: 'Host', value: 'www.example.org' }, ...others]),
  });
  fc.assert(
    fc.property(requests, (head) => {
      expect(decodeRequestHead(encodeRequestHead(head).slice(0, -4).split('\r\n'))).toEqual(head);
    }),
  );
  const responses: fc.Arbitrary<ResponseHead> = fc.record({ version, status: fc.integer({ min: 100, max: 599 }), reason: value, fields });
  fc.assert(
    fc.property(responses, (head) => {
      expect(decodeResponseHead(encodeResponseHead(head).slice(0, -4).split('\r\n'))).toEqual(head);
    }),
  );
});

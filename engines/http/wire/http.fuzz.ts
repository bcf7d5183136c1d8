/**
 * What must hold for any bytes that an HTTP connection brings. `run` throws an Error that says what does not.
 *
 * Among it: what is accepted as one message must be one message to a careless reader, too, who ends lines at a bare LF, reads over
 * white space before colons and unfolds lines. If the two differ about where a request ends, it could hide another one (RFC 9112 §11.2).
 */
import type { Content } from '../../content.ts';
import { bytesOfAll } from '../../contents.ts';
import { checkFields, type FuzzTarget } from '../../fuzz-target.ts';
import { type Process, start } from '../../kernel/process.ts';
import { bytesOfOctets, octetsOf } from '../../network/octets.ts';
import { MessageReader } from '../message-reader.ts';
import { dissectHttp } from './dissect.ts';
import { requestFraming } from './framing.ts';
import { decodeRequestHead, encodeRequestHead } from './head.ts';

const SEEDS: readonly string[] = [
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET http://a/b?c HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1,5-\r\nIf-None-Match: "x", W/"y"\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello',
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n5;a=b;c="d;e"\r\nhello\r\n0\r\nX: y\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nETag: "a"\r\nCache-Control: max-age=60, private="x, y"\r\n\r\nabcHTTP/1.1 304 Not Modified\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/html\r\n\r\n4\r\n<p>\n\r\n0\r\n\r\n',
  // Shapes of request smuggling.
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\nGPOST / HTTP/1.1\r\n\r\n0\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\nContent-Length: 3\r\n\r\nabc',
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\x0bchunked\r\nContent-Length: 3\r\n\r\nabc',
  'POST / HTTP/1.1\r\nHost: a\r\nX: y\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc',
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\nContent-Length: 3\r\n\r\nabc',
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd',
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc',
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc',
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcX\r\n0\r\n\r\n',
  'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
  'GET  / HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET / HTTP/1.1\rHost: a\r\r',
];

const target: FuzzTarget = {
  name: 'http',

  corpus(): Uint8Array[] {
    return SEEDS.map(bytesOfOctets);
  },

  run(bytes: Uint8Array): void {
    for (const kind of ['request', 'response', 'content', 'other']) checkFields(dissectHttp(bytes, kind), bytes.length);
    const whole = readAll(bytes, [bytes.length]);
    // Wherever the pieces are cut, a stream reads the same: cuts are drawn from the bytes themselves.
    const cuts = Array.from(bytes.subarray(0, 6), (byte, i) => (byte * 7 + i * 13) % (bytes.length + 1)).sort((a, b) => a - b);
    if (JSON.stringify(readAll(bytes, [...cuts, bytes.length])) !== JSON.stringify(whole)) throw new Error('pieces change what is read');
    oneMessageToAll(octetsOf(bytes));
  },
};

export default target;

/** All requests, then the bytes as responses, each with its content, as plain data. */
function readAll(bytes: Uint8Array, cuts: readonly number[]): unknown[] {
  const read: unknown[] = [];
  for (const side of ['request', 'response'] as const) {
    const pieces = cuts.map((cut, i) => bytes.subarray(cuts[i - 1] ?? 0, cut)).filter((piece) => piece.length > 0);
    const reader = new MessageReader({
      // biome-ignore lint/correctness/useYield: these bytes are here already.
      *read(): Process<Content | null> {
        return pieces.shift() ?? null;
      },
    });
    const task = start(
      'reading',
      (function* (): Process {
        // Each message takes four octets at least.
        for (let i = 0; i <= bytes.length / 4 + 1; i++) {
          const message = yield* side === 'request' ? reader.readRequest() : reader.readResponse('GET');
          if (message.kind !== 'message') {
            read.push(message);
            return;
          }
          const contents = yield* message.body.readAll();
          const content = contents ? octetsOf(bytesOfAll(contents)) : null;
          read.push({ head: message.head, content, problem: message.body.problem, trailers: message.body.trailers });
          if (contents === null) return;
        }
        throw new Error('messages of nothing');
      })(),
    );
    if (!task.done) throw new Error('reading waits for what will not come');
  }
  return read;
}

/** An accepted request's head: it comes out of its encoding again, and a careless reader sees the same framing. */
function oneMessageToAll(octets: string): void {
  const end = octets.indexOf('\r\n\r\n');
  if (end < 0) return;
  const head = decodeRequestHead(octets.slice(0, end).split('\r\n'));
  if ('error' in head) return;
  const again = decodeRequestHead(encodeRequestHead(head).slice(0, -4).split('\r\n'));
  if (JSON.stringify(again) !== JSON.stringify(head)) throw new Error('a head does not come out of its encoding');
  const framing = requestFraming(head);
  if ('error' in framing) return;
  const { lengths, codings, hosts } = careless(octets.slice(0, end));
  const seen =
    framing.kind === 'none'
      ? lengths.length === 0 && codings.length === 0
      : framing.kind === 'length'
        ? codings.length === 0 && lengths.length === 1 && Number(lengths[0]) === framing.length
        : lengths.length === 0 && codings.join().toLowerCase() === 'chunked';
  if (!seen) throw new Error(`another framing to a careless reader: ${framing.kind}, ${lengths.join()}, ${codings.join()}`);
  if (hosts.length > 1) throw new Error('several hosts to a careless reader');
}

function careless(head: string): { lengths: string[]; codings: string[]; hosts: string[] } {
  const lines = head.replace(/\r?\n[ \t]+/g, ' ').split(/\r\n|\n|\r/);
  const valuesOf = (name: string) =>
    lines.slice(1).flatMap((line) => {
      const colon = line.indexOf(':');
      return colon >= 0 && line.slice(0, colon).trim().toLowerCase() === name ? [line.slice(colon + 1).trim()] : [];
    });
  return { lengths: valuesOf('content-length'), codings: valuesOf('transfer-encoding'), hosts: valuesOf('host') };
}

/** Every field lies within its parent. */

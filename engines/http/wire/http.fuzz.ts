/**
 * What must hold for any bytes that an HTTP connection brings. `run` throws an Error that says what does not.
 *
 * Among it: every request of a stream that is accepted must end at the same octet for careless readers, too, who end lines at a bare LF or
 * CR, read over white space before colons, unfold lines, take numbers by their first digits, and believe either of two contradicting fields.
 * If they differ about where a request ends, it could hide another one (RFC 9112 §11.2).
 */
import type { Content } from '../../content.ts';
import { checkFields, type FuzzTarget } from '../../fuzz-target.ts';
import { type Process, start } from '../../kernel/process.ts';
import { bytesOfOctets, octetsOf } from '../../network/octets.ts';
import { bytesOfAll } from '../contents.ts';
import { MessageReader } from '../message-reader.ts';
import { dissectHttp } from './dissect.ts';
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
  'GET / HTTP/1.1\r\nHost: a\r\n\r\nPOST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nX: y\nContent-Length: 30\r\n\r\nabc',
  'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcPOST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
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
    sameRequestsToAll(bytes);
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

/** Every accepted request of a stream comes out of its encoding again, and ends where careless readers see its end. */
function sameRequestsToAll(bytes: Uint8Array): void {
  const octets = octetsOf(bytes);
  const seen = new Map(READERS.map((reader) => endsTo(reader, octets)).map((ends) => [ends.join(), ends]));
  for (const ends of seen.values()) {
    const pieces = [...ends, bytes.length].map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
    let given = 0;
    const reader = new MessageReader({
      // biome-ignore lint/correctness/useYield: these bytes are here already.
      *read(): Process<Content | null> {
        const piece = pieces[given++];
        return piece && piece.length > 0 ? piece : null;
      },
    });
    start(
      'reading',
      (function* (): Process {
        for (let i = 0; ; i++) {
          const request = yield* reader.readRequest();
          if (request.kind !== 'message' || (yield* request.body.readAll()) === null) return;
          const again = decodeRequestHead(encodeRequestHead(request.head).slice(0, -4).split('\r\n'));
          if (JSON.stringify(again) !== JSON.stringify(request.head)) throw new Error('a head does not come out of its encoding');
          if (i >= ends.length || given !== i + 1 || reader.hasMore)
            throw new Error(`request ${i + 1} ends elsewhere to a careless reader`);
        }
      })(),
    );
  }
}

/** What a careless reader believes of contradictions. */
interface CarelessReader {
  readonly believes: 'Content-Length' | 'Transfer-Encoding';
  readonly of: 'first' | 'last';
}

const READERS: readonly CarelessReader[] = (['Content-Length', 'Transfer-Encoding'] as const).flatMap((believes) =>
  (['first', 'last'] as const).map((of) => ({ believes, of })),
);

const LINE_END = /\r\n|\n|\r/;
const EMPTY_LINE = /(?:\r\n|\n|\r(?!\n)){2}/g;

/** Where requests end to that reader, as far as it comes. */
function endsTo(reader: CarelessReader, octets: string): number[] {
  const ends: number[] = [];
  for (let at = 0; ; ) {
    const begin = octets.slice(at).search(/[^\r\n]/);
    if (begin < 0) return ends;
    const head = endOfHead(octets, at + begin);
    const end = head === null ? null : endOfContent(reader, octets, octets.slice(at + begin, head), head);
    if (end === null) return ends;
    ends.push(end);
    at = end;
  }
}

/** Behind the next empty line; null where there is none. */
function endOfHead(octets: string, from: number): number | null {
  EMPTY_LINE.lastIndex = from;
  return EMPTY_LINE.exec(octets) === null ? null : EMPTY_LINE.lastIndex;
}

function endOfContent({ believes, of }: CarelessReader, octets: string, head: string, from: number): number | null {
  const lines = head.replace(/(?:\r\n|\n|\r)[ \t]+/g, ' ').split(LINE_END);
  const believed = (name: string) => {
    const values = lines.slice(1).flatMap((line) => {
      const colon = line.indexOf(':');
      return colon >= 0 && line.slice(0, colon).trim().toLowerCase() === name.toLowerCase() ? [line.slice(colon + 1).trim()] : [];
    });
    return values.at(of === 'first' ? 0 : -1);
  };
  const length = believed('Content-Length');
  const chunked = believed('Transfer-Encoding')?.toLowerCase().includes('chunked') ?? false;
  if (chunked && (believes === 'Transfer-Encoding' || length === undefined)) return endOfChunks(octets, from);
  const end = from + (length === undefined ? 0 : Number.parseInt(length, 10));
  return end >= from && end <= octets.length ? end : null;
}

function endOfChunks(octets: string, from: number): number | null {
  for (let at = from; ; ) {
    const line = octets.slice(at).split(LINE_END, 1)[0] as string;
    const size = Number.parseInt(line, 16);
    const data = at + line.length + lineEndAt(octets, at + line.length);
    // Trailer fields and the empty line behind them; the line end before may be the empty line's.
    if (size === 0) return endOfHead(octets, at + line.length);
    if (!(size > 0) || data + size > octets.length) return null;
    at = data + size + lineEndAt(octets, data + size);
  }
}

/** How long the line end is that stands there. */
function lineEndAt(octets: string, at: number): number {
  return /^(?:\r\n|\n|\r)/.exec(octets.slice(at, at + 2))?.[0].length ?? 0;
}

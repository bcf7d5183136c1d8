import { expect, test } from 'vitest';
import { Kernel } from '../kernel/kernel.ts';
import type { Process } from '../kernel/process.ts';
import { metrics } from '../metrics.ts';
import { Recorder } from '../recorder.ts';
import { failed } from './host.ts';
import { bytesOfOctets, octetsOf, textOfOctets, utf8Octets } from './octets.ts';
import { scenarioForTests } from './scenario-for-tests.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import { type TranscriptSource, transcript, transcriptText } from './transcript.ts';

/** A run in which a client says these messages, a server the others, in turn. */
function dialogue(protocol: string, client: readonly string[], server: readonly string[]): TranscriptSource {
  const kernel = new Kernel(1);
  const recorder = new Recorder(metrics);
  const network = new SimulatedNetwork(kernel, scenarioForTests({ client: {}, server: {} }), recorder);
  const info = (label: string) => ({ protocol, kind: 'line', label });
  network.host('server').spawn(
    'server',
    (function* (): Process {
      const listener = yield* network.host('server').listen(7);
      if (failed(listener)) throw new Error('not listening');
      const connection = yield* listener.accept();
      for (const text of server) {
        yield* connection!.write(bytesOfOctets(text), info('from the server'));
        yield* connection!.read();
      }
      connection!.close();
    })(),
  );
  network.host('client').spawn(
    'client',
    (function* (): Process {
      const connection = yield* network.host('client').connect({ address: network.host('server').address, port: 7 });
      if (failed(connection)) throw new Error('not connected');
      for (const text of client) {
        yield* connection.read();
        yield* connection.write(bytesOfOctets(text), info('from the client'));
      }
      connection.close();
    })(),
  );
  expect(kernel.run(100_000)).toBe(false);
  return recorder.tables();
}

test('a line protocol is told line by line', () => {
  const run = dialogue('smtp', ['HELO crepes.fr\r\n', 'caf\xc3\xa9\r\n.\r\n'], ['220 hamburger.edu\r\n', '250-one\r\n250 t\x1b[wo\r\n']);
  expect(transcriptText(transcript(run, 0))).toBe(
    'S: 220 hamburger.edu\nC: HELO crepes.fr\nS: 250-one\nS: 250 t\u241b[wo\nC: café\nC: .\n',
  );
  expect(transcript(run, 0).map(({ message }) => message)).toEqual([0, 1, 2, 2, 3, 3]);
});

test('a message with a head is told by its lines, its content by its size', () => {
  const run = dialogue('http', ['GET / HTTP/1.1\r\nHost: www\r\n\r\n'], ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\na\r\nbc', 'more']);
  expect(transcriptText(transcript(run, 0))).toBe(
    'S: HTTP/1.1 200 OK\nS: Content-Length: 5\nS: \nS: (5 B)\nC: GET / HTTP/1.1\nC: Host: www\nC: \nS: from the server\n',
  );
});

test('of a binary protocol, each message is told by its label', () => {
  const run = dialogue('dns', ['\0\x01\r\n'], ['\0\x02']);
  expect(transcript(run, 0)).toEqual([
    { side: 'S', line: 'from the server', message: 0, secured: false },
    { side: 'C', line: 'from the client', message: 1, secured: false },
  ]);
});

test('a connection without messages, or one that is not there, has nothing to tell', () => {
  expect(transcript(dialogue('smtp', [], []), 0)).toEqual([]);
  expect(transcript(dialogue('smtp', [], []), 99)).toEqual([]);
});

test('octets as strings, and text in them', () => {
  const all = Uint8Array.from({ length: 70_000 }, (_, i) => i & 255);
  expect(bytesOfOctets(octetsOf(all))).toEqual(all);
  expect(octetsOf(all).charCodeAt(65_535)).toBe(255);
  expect(utf8Octets('é')).toBe('\xc3\xa9');
  expect(textOfOctets('\xc3\xa9\xff')).toBe('é\ufffd');
});

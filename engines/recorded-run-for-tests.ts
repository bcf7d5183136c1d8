/** A run told to a Recorder by hand, with something of everything, for tests of what is done with runs: no engine takes part. */
import { metrics } from './metrics.ts';
import { MILLISECOND } from './quantities.ts';
import { Recorder } from './recorder.ts';
import type { Run } from './run.ts';

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

const DIALOGUE: readonly (readonly ['C' | 'S', string, string])[] = [
  ['S', 'reply', '220 hamburger.edu\r\n'],
  ['C', 'command', 'HELO crepes.fr\r\n'],
  ['S', 'reply', '250 Hello crepes.fr, pleased to meet you\r\n'],
  ['C', 'command', 'MAIL FROM: <alice@crepes.fr>\r\n'],
  ['S', 'reply', '250 alice@crepes.fr... Sender ok\r\n'],
  ['C', 'command', 'QUIT\r\n'],
  ['S', 'reply', '221 hamburger.edu closing connection\r\n'],
];

/** mail.crepes.fr (0) greets mail.hamburger.edu (1) over TCP; a datagram is lost before; a third host (2) takes no part. */
export function recordedRun(): Run {
  const recorder = new Recorder(metrics);
  const ms = (value: number) => value * MILLISECOND;
  const at = { source: 0, start: 0, end: 0 };
  const packet = {
    fromServer: false,
    flags: 0,
    sequence: 0,
    acknowledgment: 0,
    window: 0,
    streamStart: 0,
    retransmission: false,
    options: null,
  };

  const asked = recorder.openConnection({ transport: 'udp', client: 0, clientPort: 4000, server: 1, serverPort: 53, at: 0 });
  for (const time of [0, 5]) {
    const info = { protocol: 'dns', kind: 'query', label: 'MX? hamburger.edu' };
    const message = recorder.sendMessage(ms(time), 0, 1, asked, ascii('0123456789ab'), info, 0, 0);
    const row = recorder.sendPacket({ ...packet, connection: asked, length: 12, message, retransmission: time > 0 }, ms(time), 0);
    recorder.crossLink(row, 0, false, ms(time + 0.5));
    if (time === 0) recorder.losePacket(row, 'lost');
    else {
      recorder.receivePacket(row, ms(time + 2));
      recorder.receiveMessage(message, ms(time + 2));
    }
  }
  recorder.state(ms(7), 1, 'cache', 'hamburger.edu MX', 'mail.hamburger.edu', 0, 'cached: hamburger.edu MX', ms(5_000));
  recorder.measure(ms(7), 'lookup time', ['mail.crepes.fr', 'hamburger.edu.'], ms(7));

  const opening = { transport: 'tcp', client: 0, clientPort: 4001, server: 1, serverPort: 25, at: ms(10), clientIsn: 1000 } as const;
  const session = recorder.openConnection(opening);
  const segment = (time: number, server: boolean, flags: number, offset: number, length: number, acknowledged: number) => {
    const [own, other] = server ? [5000, 1000] : [1000, 5000];
    const syn = (flags & 2) > 0;
    const header = {
      ...packet,
      connection: session,
      fromServer: server,
      flags,
      sequence: own + (syn ? 0 : 1 + offset),
      acknowledgment: flags & 16 ? other + 1 + acknowledged : 0,
      window: 65_535,
      streamStart: offset,
      length,
      message: -1,
      options: syn ? Uint8Array.of(2, 4, 5, 180, 1, 3, 3, 3) : null,
    };
    const row = recorder.sendPacket(header, ms(time), 1);
    recorder.crossLink(row, 0, server, ms(time + 0.5));
    recorder.receivePacket(row, ms(time + 2));
  };
  segment(10, false, 2, 0, 0, 0);
  segment(12, true, 18, 0, 0, 0);
  recorder.setServerIsn(session, 5000);
  recorder.establishConnection(session, ms(14));
  segment(14, false, 16, 0, 0, 0);
  let time = 20;
  const sent = { C: 0, S: 0 };
  for (const [side, kind, line] of DIALOGUE) {
    const bytes = ascii(line);
    const [from, to] = side === 'C' ? ([0, 1] as const) : ([1, 0] as const);
    const info = { protocol: 'smtp', kind, label: line.trimEnd() };
    const message = recorder.sendMessage(ms(time), from, to, session, bytes, info, 1, sent[side]);
    segment(time, side === 'S', 24, sent[side], bytes.length, sent[side === 'C' ? 'S' : 'C']);
    sent[side] += bytes.length;
    time += 3;
    recorder.receiveMessage(message, ms(time - 1));
    recorder.state(ms(time - 1), to, 'dialogue', String(sent[side]), line.trimEnd(), 1);
    recorder.measure(ms(time - 1), 'queue length', ['mail.crepes.fr'], time);
  }
  recorder.closeConnection(session, ms(time), 'closed');
  recorder.flow(session, false, ms(20), ms(21), 0, 100, ms(1), 1);
  recorder.flow(session, true, ms(22), ms(23), 0, 100, ms(1), 1);

  const tables = recorder.tables();
  const step = { at, parent: -1, succeeded: true };
  const hosts = ['mail.crepes.fr', 'mail.hamburger.edu', 'idle'].map((name, i) => ({ name, address: `10.0.0.${i + 1}`, implicit: false }));
  return {
    format: 3,
    engine: 'recorded by hand',
    title: 'A dialogue',
    seed: 1,
    fidelity: 'packets',
    duration: ms(time),
    sources: ['a'],
    hosts,
    links: [{ a: 0, b: 1 }],
    declared: hosts.map(({ name }, i) => ({ kind: 'host', name, hosts: [i], implicit: false, source: 0 })),
    steps: [
      { ...step, text: 'mail.crepes.fr asks for hamburger.edu', startedAt: 0, endedAt: ms(7), outcome: 'mail.hamburger.edu' },
      { ...step, text: 'mail.crepes.fr greets mail.hamburger.edu', startedAt: ms(10), endedAt: ms(time), outcome: 'done' },
    ],
    ...tables,
    checks: [{ text: 'expect greetings', at, passed: true, expected: '< 1 s', measured: '41 ms', decidedAt: ms(time), message: -1 }],
    views: [],
    statistics: {
      events: 0,
      packets: tables.packets.rows,
      packetsLost: recorder.packetsLost,
      retransmissions: recorder.retransmissions,
      messageBytes: recorder.messageBytes,
    },
    fingerprint: '',
  };
}

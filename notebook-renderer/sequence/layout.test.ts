import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordedRun } from '../../engines/recorded-run-for-tests.ts';
import { Recorder } from '../../engines/recorder.ts';
import type { Run } from '../../engines/run.ts';
import { largeRun, runOf, textbookRun } from '../fixtures/recorded-runs.ts';
import { hostName, partOf, text } from '../part.ts';
import { arrowOf, breakLabel, connectionLabel, noteOf } from './arrow.ts';
import { ABOVE, type AxisMode, BELOW, yOfTime } from './axis.ts';
import { EVERYTHING } from './filter.ts';
import { GUTTER, type Layout, layOut, messageAtTime, rowsWithin } from './layout.ts';
import { BREAK, MESSAGE, NOTE, OPENING, RESUMED, SEGMENT, STEP } from './rows.ts';
import { breakName, HEAD, LABEL, shorten, textWidth } from './text-width.ts';

const MODES: readonly AxisMode[] = ['order', 'time'];
const everything = { filter: EVERYTHING, segments: false, width: 900 };
const lay = (run: Run, axis: AxisMode = 'order', more = {}) => layOut(partOf({ run, focus: null }), { ...everything, axis, ...more });

const KINDS = {
  [STEP]: 'step',
  [NOTE]: 'note',
  [OPENING]: 'opening',
  [SEGMENT]: 'segment',
  [MESSAGE]: 'message',
  [BREAK]: 'break',
  [RESUMED]: 'resumed',
};
function story({ rows, part: { run } }: Layout): string[] {
  return Array.from({ length: rows.count }, (_, row) => {
    const i = rows.subject[row]!;
    const kind = rows.kind[row] as keyof typeof KINDS;
    if (kind === MESSAGE) return text(run, run.messages.label[i]!);
    if (kind === NOTE) return `note: ${text(run, run.states.note[i]!)}`;
    return `${KINDS[kind]} ${i}`;
  });
}

/** A run of UDP messages given as [from, to, sent, received] in microseconds. */
function messagesRun(list: readonly (readonly [number, number, number, number | null])[], hosts = 4): Run {
  const recorder = new Recorder([]);
  const sorted = [...list].sort((a, b) => a[2] - b[2]);
  for (const [from, to, sent, received] of sorted) {
    const connection = recorder.openConnection({
      transport: 'udp',
      client: from,
      clientPort: 1,
      server: to,
      serverPort: 2,
      at: sent * 1e3,
    });
    const info = { protocol: 'dns', kind: 'query', label: `${from} to ${to}` };
    const message = recorder.sendMessage(sent * 1e3, from, to, connection, new Uint8Array(4), info, -1, 0);
    if (received !== null) recorder.receiveMessage(message, received * 1e3);
  }
  const names = Array.from({ length: hosts }, (_, i) => ({ name: `host${i}`, address: `10.0.0.${i}`, implicit: false }));
  return runOf(recorder, { title: '', hosts: names, steps: [], duration: 1e9 });
}

const ENDS = ['a', 'b'].map((name, i) => ({ name, address: `10.0.0.${i}`, implicit: false }));

const step = (startedAt: number, endedAt: number) => ({
  text: '',
  at: { source: 0, start: 0, end: 0 },
  parent: -1,
  startedAt,
  endedAt,
  outcome: '',
  succeeded: true,
});

describe('rows', () => {
  it('tell the run from top to bottom', () => {
    expect(story(lay(textbookRun())).slice(0, 12)).toEqual([
      'step 0',
      'A? mail.crepes.fr',
      'A? mail.crepes.fr',
      'note: cached: mail.crepes.fr A, 3600 s',
      'A 10.0.1.1',
      'step 1',
      'opening 1',
      'break 1',
      'note: queued: 1 message',
      'opening 2',
      '220 hamburger.edu',
      'HELO crepes.fr',
    ]);
  });

  it('show TCP segments when asked: handshake, refusal and close, but not the segments that messages already show', () => {
    const layout = lay(textbookRun(), 'order', { segments: true });
    const labels = story(layout).flatMap((line, row) => (line.startsWith('segment') ? [arrowOf(layout, row).label.text] : []));
    expect(labels).toEqual(['SYN', 'RST, ACK', 'SYN', 'SYN, ACK', 'ACK', 'FIN, ACK', 'FIN, ACK']);
  });

  it('of a filter are the messages that pass', () => {
    const by = (filter: object) => lay(textbookRun(), 'order', { filter: { ...EVERYTHING, ...filter } }).rows.messages.length;
    expect(by({ protocols: new Set(['dns']) })).toBe(3);
    expect(by({ text: 'pickles' })).toBe(0);
    expect(by({ text: 'KETCHUP' })).toBe(1);
    expect(by({ hosts: ['local-dns'] })).toBe(3);
    expect(by({ hosts: ['mail.crepes.fr', 'mail.hamburger.edu'] })).toBe(13);
    expect(by({ hosts: ['alice-pc', 'mail.hamburger.edu'] })).toBe(0);
  });

  it('of hosts that are asked for stand between lifelines in the order of the asking', () => {
    const asked = (hosts: readonly string[]) => {
      const { columns, part } = lay(textbookRun(), 'order', { filter: { ...EVERYTHING, hosts } });
      expect(columns.hosts.map((host) => columns.place[host])).toEqual(columns.hosts.map((_, i) => i));
      return columns.hosts.map((host) => hostName(part.run, host));
    };
    expect(asked(['mail.hamburger.edu', 'mail.crepes.fr'])).toEqual(['mail.hamburger.edu', 'mail.crepes.fr']);
    expect(asked(['mail.crepes.fr', 'mail.hamburger.edu'])).toEqual(['mail.crepes.fr', 'mail.hamburger.edu']);
  });

  it('of a filter are what protected ones carry, too', () => {
    const secured = recordedRun();
    const by = (filter: object) => lay(secured, 'order', { filter: { ...EVERYTHING, ...filter } }).rows.messages.length;
    expect(by({ protocols: new Set(['http']) })).toBe(2);
    expect(by({ protocols: new Set(['tls']) })).toBe(2);
    expect(by({ text: 'a film' })).toBe(1);
  });
});

describe('notes', () => {
  it('are shown of hosts with a message that passes the filter', () => {
    const notes = (filter: object) =>
      story(lay(textbookRun(), 'order', { filter: { ...EVERYTHING, ...filter } })).filter((line) => line.startsWith('note'));
    expect(notes({})).toEqual(['note: cached: mail.crepes.fr A, 3600 s', 'note: queued: 1 message', 'note: bob@hamburger.edu: 1 message']);
    expect(notes({ protocols: new Set(['smtp']) })).toEqual(['note: queued: 1 message', 'note: bob@hamburger.edu: 1 message']);
    expect(notes({ protocols: new Set(['dns']) })).toEqual(['note: cached: mail.crepes.fr A, 3600 s']);
    expect(notes({ hosts: ['local-dns'] })).toEqual(['note: cached: mail.crepes.fr A, 3600 s']);
    const { columns, part } = lay(textbookRun(), 'order', { filter: { ...EVERYTHING, protocols: new Set(['smtp']) } });
    expect(columns.hosts.map((host) => hostName(part.run, host))).toEqual(['mail.crepes.fr', 'mail.hamburger.edu']);
  });

  it('of a step that ends when the next one starts stand above the next one', () => {
    const recorder = new Recorder([]);
    const connection = recorder.openConnection({ transport: 'udp', client: 0, clientPort: 1, server: 1, serverPort: 2, at: 0 });
    const send = (at: number, label: string, step: number) => {
      const message = recorder.sendMessage(at, 0, 1, connection, new Uint8Array(4), { protocol: 'dns', kind: 'query', label }, step, 0);
      recorder.receiveMessage(message, at + 1e6);
    };
    send(0, 'first', 0);
    recorder.state(1e6, 1, 'cache', 'a', 'b', 0, 'what the first one did');
    send(1e6, 'second', 1);
    const run = runOf(recorder, { title: '', hosts: ENDS, steps: [step(0, 1e6), step(1e6, 2e6)], duration: 2e6 });
    expect(story(lay(run))).toEqual(['step 0', 'first', 'note: what the first one did', 'step 1', 'second']);
  });

  it('of a step that takes no time stand below it and above the step that starts at once', () => {
    const recorder = new Recorder([]);
    recorder.state(0, 0, '', '', null, -1, 'before all');
    recorder.state(1e6, 0, 'links down', 'link to b', 'down', 1, 'link to b fails');
    recorder.openConnection({ transport: 'tcp', client: 0, clientPort: 1, server: 1, serverPort: 2, at: 1e6 });
    recorder.state(1e6, 1, 'cache', 'c', 'd', 2, 'what the last one did');
    recorder.state(1e6, 1, 'cache', 'a', 'b', 0, 'what the first one did');
    const steps = [step(0, 1e6), step(1e6, 1e6), step(1e6, 2e6)];
    const run = runOf(recorder, { title: '', hosts: ENDS, steps, duration: 2e6 });
    expect(story(lay(run))).toEqual([
      'step 0',
      'note: before all',
      'note: what the first one did',
      'step 1',
      'note: link to b fails',
      'opening 0',
      'step 2',
      'note: what the last one did',
    ]);
  });
});

it('of a step of several hosts, the shares that do nothing between the hosts that are looked at are left out', () => {
  const recorder = new Recorder([]);
  for (const host of [0, 1]) {
    const connection = recorder.openConnection({ transport: 'udp', client: host, clientPort: 1, server: 2, serverPort: 2, at: 1e6 });
    const info = { protocol: 'dns', kind: 'query', label: 'q' };
    recorder.sendMessage(1e6, host, 2, connection, new Uint8Array(4), info, host + 1, 0);
  }
  const share = { ...step(0, 1e6), parent: 0 };
  const steps = [step(0, 1e6), share, share, { ...share, at: { source: 0, start: 5, end: 9 } }];
  const hosts = ['a', 'b', 'server'].map((name, i) => ({ name, address: `10.0.0.${i}`, implicit: false }));
  const run = runOf(recorder, { title: '', hosts, steps, duration: 2e6 });
  const shown = (names: readonly string[] | null) =>
    story(lay(run, 'order', { filter: { protocols: null, hosts: names, text: '' } })).filter((row) => row.startsWith('step'));
  expect(shown(null)).toEqual(['step 0', 'step 1', 'step 2', 'step 3']);
  expect(shown(['a', 'server'])).toEqual(['step 0', 'step 1', 'step 3']);
});

it('a message’s number stands at its tail, on the side that the arrow leaves free', () => {
  const layout = lay(textbookRun());
  for (const row of layout.rows.messages) {
    const { x1, x2, tail } = arrowOf(layout, row);
    expect(Math.sign(tail.x - x1)).toBe(-Math.sign(x2 - x1));
    expect(tail.anchor).toBe(x2 > x1 ? 'end' : 'start');
  }
});

describe.each(MODES)('on the axis of %s', (axis) => {
  it('rows never overlap', () => {
    for (const segments of [false, true]) {
      const { rows, axis: placed } = lay(textbookRun(), axis, { segments });
      for (let row = 1; row < rows.count; row++) {
        const gap = placed.y[row]! - placed.y[row - 1]!;
        expect(gap).toBeGreaterThanOrEqual(BELOW[rows.kind[row - 1]!]! + ABOVE[rows.kind[row]!]!);
      }
    }
  });

  it('labels fit into the page and never touch each other', () => {
    for (const width of [420, 900, 1400]) {
      const layout = lay(textbookRun(), axis, { width });
      const labels = Array.from(layout.rows.messages, (row) => arrowOf(layout, row).label);
      for (const [i, label] of labels.entries()) {
        expect(label.x - label.width / 2).toBeGreaterThanOrEqual(0);
        expect(label.x + label.width / 2).toBeLessThanOrEqual(layout.width);
        if (i > 0) expect(label.y - labels[i - 1]!.y).toBeGreaterThan(LABEL.size);
      }
    }
  });

  it('whatever is sent, arrows fall and every lifeline is in the order of time', () => {
    const message = fc
      .tuple(fc.nat(3), fc.nat(3), fc.nat(1000), fc.option(fc.nat(800)))
      .filter(([from, to]) => from !== to)
      .map(([from, to, sent, took]) => [from, to, sent, took === null ? null : sent + took] as const);
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 25 }), (list) => {
        const layout = lay(messagesRun(list), axis);
        const { rows, endY, axis: placed } = layout;
        const events: { host: number; at: number; y: number }[] = [];
        const m = layout.part.run.messages;
        for (const row of rows.messages) {
          const i = rows.subject[row]!;
          expect(endY[row]!).toBeGreaterThanOrEqual(placed.y[row]!);
          expect(endY[row]!).toBeLessThanOrEqual(layout.height);
          events.push({ host: m.from[i]!, at: m.sentAt[i]!, y: placed.y[row]! });
          if (!Number.isNaN(m.receivedAt[i]!)) events.push({ host: m.to[i]!, at: m.receivedAt[i]!, y: endY[row]! });
        }
        for (const a of events) {
          for (const b of events) if (a.host === b.host && a.at < b.at) expect(a.y).toBeLessThanOrEqual(b.y);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('finds the rows of any window, long arrows included', () => {
    const run = messagesRun([
      [0, 1, 0, 900_000],
      ...Array.from({ length: 600 }, (_, i) => [1, 2, 10 + i * 10, 15 + i * 10] as const),
      [1, 3, 950_000, 950_001],
    ]);
    const layout = lay(run, axis);
    const middle = layout.axis.y[400]!;
    const found = rowsWithin(layout, middle - 100, middle + 100);
    expect(found).toContain(400);
    // The first message is still under way there.
    expect(found).toContain(0);
    expect(found.length).toBeLessThan(20);
  });
});

describe('labels on a narrow page', () => {
  it.each([320, 400, 480, 499])('keep to their own arrow, cut with an ellipsis (%d px)', (width) => {
    for (const axis of MODES) {
      const layout = lay(textbookRun(), axis, { width });
      const arrows = Array.from(layout.rows.messages, (row) => [row, arrowOf(layout, row)] as const);
      for (const [row, { x1, label }] of arrows) {
        const target = layout.columns.x[layout.columns.place[layout.part.run.messages.to[layout.rows.subject[row]!]!]!]!;
        expect(label.x - label.width / 2).toBeGreaterThan(Math.min(x1, target));
        expect(label.x + label.width / 2).toBeLessThan(Math.max(x1, target));
      }
      expect(arrows.filter(([, { label }]) => label.text.endsWith('…')).length).toBeGreaterThan(5);
    }
  });

  it('of a message to oneself end before the next lifeline', () => {
    const run = messagesRun([
      [0, 0, 0, 10],
      [0, 1, 100, 110],
      [1, 1, 200, 210],
    ]);
    const strings = run.strings.map((text) => text.replace('0 to 0', 'a message to oneself, with a rather long label'));
    const layout = lay({ ...run, strings }, 'order', { width: 360 });
    const { label } = arrowOf(layout, layout.rows.messages[0]!);
    expect(label.text).toMatch(/^a mess.*…$/);
    expect(label.x + label.width).toBeLessThan(layout.columns.x[1]!);
  });

  it('have the room that there is on a wider one', () => {
    const layout = lay(textbookRun(), 'order', { width: 520 });
    const labels = Array.from(layout.rows.messages, (row) => arrowOf(layout, row).label.text);
    expect(labels).toContain('MAIL FROM: <alice@crepes.fr>');
  });
});

describe('labels of arrows that come and go', () => {
  const label = 'a label that takes more than half of its arrow';
  /** Each message leaves when the one before arrives. */
  const zigzag = (gap = 0) => {
    const run = messagesRun(Array.from({ length: 8 }, (_, i) => [i % 2, 1 - (i % 2), i * (1000 + gap), i * (1000 + gap) + 1000] as const));
    return lay({ ...run, strings: run.strings.map((text) => (/ to /.test(text) ? label : text)) }, 'time', { width: 700 });
  };
  const shares = (layout: Layout) =>
    Array.from(layout.rows.messages, (row) => {
      const { x1, x2, label } = arrowOf(layout, row);
      return (label.x - x1) / (x2 - x1);
    });

  it('stand clear of the arrow that comes in at their tail', () => {
    const layout = zigzag();
    const arrows = Array.from(layout.rows.messages, (row) => arrowOf(layout, row));
    for (const [i, { x1, y1, x2, y2, label }] of arrows.entries()) {
      expect(label.angle).not.toBe(0);
      const slope = (y2 - y1) / Math.abs(x2 - x1);
      const nearEnd = Math.abs(label.x - x1) - label.width / 2;
      // The gap between the two at the label's near end, measured upright, holds the text.
      if (i > 0) expect(2 * slope * nearEnd).toBeGreaterThan(LABEL.size + 5);
      expect(Math.abs(label.x - x1) + label.width / 2).toBeLessThan(Math.abs(x2 - x1));
      expect(label.y).toBeCloseTo(y1 + Math.abs(label.x - x1) * slope - 5);
    }
  });

  it('stand in the middle where none comes in', () => {
    expect(shares(zigzag())[0]).toBeCloseTo(0.5);
    for (const share of shares(zigzag(2000))) expect(share).toBeCloseTo(0.5);
  });
});

it('labels that follow their arrows stand clear of notes where there is room', () => {
  const layoutOf = (noted: boolean) => {
    const recorder = new Recorder([]);
    const send = (from: number, to: number, at: number, receivedAt: number) => {
      const connection = recorder.openConnection({ transport: 'udp', client: from, clientPort: 1, server: to, serverPort: 2, at });
      const info = { protocol: 'dns', kind: 'query', label: 'a message under way' };
      recorder.receiveMessage(recorder.sendMessage(at, from, to, connection, new Uint8Array(4), info, -1, 0), receivedAt);
    };
    send(0, 1, 0, 1e6);
    send(0, 2, 2e6, 6e6);
    if (noted) recorder.state(3.0e6, 1, 'cache', 'a', 'b', -1, 'in its way');
    send(2, 1, 7e6, 8e6);
    const hosts = ['a', 'b', 'c'].map((name, i) => ({ name, address: `10.0.0.${i}`, implicit: false }));
    return lay(runOf(recorder, { title: '', hosts, steps: [], duration: 8e6 }), 'time', { width: 800 });
  };
  const crossing = (layout: Layout) => arrowOf(layout, layout.rows.messages[1]!);
  const free = crossing(layoutOf(false));
  expect(free.label.x).toBeCloseTo((free.x1 + free.x2) / 2);
  const layout = layoutOf(true);
  const { label, x1, x2, y1, y2 } = crossing(layout);
  const note = noteOf(layout, Array.from(layout.rows.kind).indexOf(NOTE));
  expect(label.angle).not.toBe(0);
  /** Whether the text, between baseline and ascenders, touches the pill. */
  const touches = ({ x, y, width, angle }: typeof label) => {
    const left = Math.max(x - width / 2, note.x);
    const right = Math.min(x + width / 2, note.x + note.width);
    const baseline = (at: number) => y + (at - x) * Math.tan((angle * Math.PI) / 180);
    return left < right && baseline(right) > note.y - 10 && baseline(left) - LABEL.size < note.y + 10;
  };
  expect(touches({ ...label, x: (x1 + x2) / 2, y: (y1 + y2) / 2 - 5 })).toBe(true);
  expect(touches(label)).toBe(false);
});

it('the label of a connection stands below an arrow that ends where it opens', () => {
  const layout = lay(textbookRun(), 'time');
  for (const band of layout.bands) {
    const row = Array.from(layout.rows.kind).findIndex((kind, i) => kind === OPENING && layout.rows.subject[i] === band.connection);
    expect(band.labelY - 9).toBeGreaterThan(layout.axis.y[row]!);
    expect(band.labelY).toBeLessThan(band.bottom);
  }
});

describe('time axis', () => {
  it('distances are proportional, and a long silence is cut short and marked', () => {
    const run = messagesRun([
      [0, 1, 0, 10],
      [1, 0, 1000, 1010],
      [0, 1, 2000, 2010],
      [1, 0, 4000, 4010],
      [0, 1, 5_000_000, 5_000_010],
    ]);
    const { axis } = lay(run, 'time');
    const [a, b, c, d, e] = axis.y;
    expect(c! - b!).toBeCloseTo(b! - a!);
    expect(d! - c!).toBeCloseTo(2 * (c! - b!));
    expect(e! - d!).toBeLessThan(120);
    expect(axis.gaps).toHaveLength(1);
    expect(axis.gaps[0]!.nanoseconds).toBe(4_996_000_000);
    expect(axis.gaps[0]!.y).toBeGreaterThan(d!);
    expect(axis.gaps[0]!.y).toBeLessThan(e!);
  });

  it('a time between two rows lies between them', () => {
    const layout = lay(textbookRun(), 'time');
    const { axis, rows } = layout;
    const y = yOfTime(axis, rows, 1_290_000_000);
    const [before, after] = [1_280_000_000, 1_300_000_000].map((time) => yOfTime(axis, rows, time));
    expect(y).toBeCloseTo((before! + after!) / 2);
    expect(rows.messages[messageAtTime(layout, 1_290_000_000)]).toBe(story(layout).indexOf('HELO crepes.fr'));
    expect(messageAtTime(layout, -1)).toBe(-1);
  });
});

describe('lifelines and bands', () => {
  it('stand in the order of first appearance, apart from each other', () => {
    const layout = lay(textbookRun());
    expect(layout.columns.hosts.map((host) => hostName(layout.part.run, host))).toEqual([
      'alice-pc',
      'local-dns',
      'mail.crepes.fr',
      'mail.hamburger.edu',
    ]);
  });

  it('have those of NATs on the way between them, unless others are asked for', () => {
    const recorder = new Recorder([]);
    const opening = { transport: 'tcp', client: 0, clientPort: 4000, server: 2, serverPort: 9, at: 0 } as const;
    const connection = recorder.openConnection(opening);
    recorder.translateConnection(connection, { from: 1, fromPort: 4002, to: 3, toPort: 90 });
    const info = { protocol: 'discard', kind: 'content', label: 'data' };
    recorder.receiveMessage(recorder.sendMessage(1e6, 0, 3, connection, new Uint8Array(4), info, -1, 0), 2e6);
    recorder.closeConnection(connection, 3e6, 'reset');
    const hosts = ['alice', 'router', 'other-router', 'carol'].map((name) => ({ name, address: '192.0.2.1', implicit: false }));
    const run = runOf(recorder, { title: '', hosts, steps: [], duration: 1e9 });
    const names = ({ columns, part }: Layout) => columns.hosts.map((host) => hostName(part.run, host));
    expect(names(lay(run))).toEqual(['alice', 'router', 'other-router', 'carol']);
    const filter = { protocols: null, hosts: ['alice', 'carol'], text: '' };
    expect(names(lay(run, 'order', { filter }))).toEqual(['alice', 'carol']);
    expect(connectionLabel(run, connection)).toBe('TCP · DISCARD · port 90 · comes from router:4002 · called at other-router:9');
    expect(breakLabel(run, connection)).toBe('connection to other-router:9 reset');
  });

  it('have the whole name in one line where there is room, and never touch', () => {
    const wide = lay(textbookRun(), 'order', { width: 1000 }).columns;
    expect(wide.heads.map(({ lines }) => lines)).toEqual([['alice-pc'], ['local-dns'], ['mail.crepes.fr'], ['mail.hamburger.edu']]);
    const crowded = lay(textbookRun(), 'order', { width: 520 }).columns;
    expect(crowded.heads[3]!.lines).toEqual(['mail.', 'hamburger.edu']);
    expect(crowded.headHeight).toBeGreaterThan(wide.headHeight);
  });

  it('whatever the names and the width, heads stand apart, hold their text, and are on the page', () => {
    const name = fc.stringMatching(/^[a-z]{1,30}([.-][a-z]{1,20}){0,3}$/);
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 2, maxLength: 9 }), fc.integer({ min: 320, max: 1600 }), (names, width) => {
        const run = messagesRun(
          names.slice(1).map((_, i) => [i, i + 1, i * 100, i * 100 + 50] as const),
          names.length,
        );
        const { columns } = lay({ ...run, hosts: run.hosts.map((host, i) => ({ ...host, name: names[i]! })) }, 'order', { width });
        let before = -Infinity;
        columns.heads.forEach((head, i) => {
          expect(columns.x[i]! - head.width / 2).toBeGreaterThan(before + 3);
          for (const line of head.lines) expect(textWidth(line, HEAD)).toBeLessThan(head.width);
          before = columns.x[i]! + head.width / 2;
        });
        expect(columns.x[0]! - columns.heads[0]!.width / 2).toBeGreaterThanOrEqual(GUTTER);
        expect(before).toBeLessThanOrEqual(columns.width);
      }),
      { numRuns: 200 },
    );
  });

  it('a connection’s band holds its messages', () => {
    const layout = lay(textbookRun());
    const band = layout.bands.find(({ connection }) => connection === 2)!;
    for (const row of layout.rows.messages) {
      const inside = layout.part.run.messages.connection[layout.rows.subject[row]!] === 2;
      if (inside) expect([band.top < layout.axis.y[row]!, band.bottom > layout.endY[row]!]).toEqual([true, true]);
      else expect(band.top > layout.axis.y[row]!).toBe(true);
    }
  });

  it('a lost message ends on its way, with no answer to be busy for', () => {
    const layout = lay(textbookRun());
    const [lost, again] = Array.from(layout.rows.messages.subarray(0, 2), (row) => arrowOf(layout, row));
    expect(lost!.lost).toBe(true);
    expect(lost!.x2).toBeLessThan(again!.x2);
    expect(layout.activations[0]).toMatchObject({ host: 1 });
    expect(layout.activations[0]!.top).toBe(again!.y2);
  });
});

it('a hundred thousand messages are laid out in one pass', () => {
  const layout = lay(largeRun(100_000));
  expect(layout.rows.messages.length).toBe(100_000);
  const found = rowsWithin(layout, layout.height / 2, layout.height / 2 + 600);
  expect(found.length).toBeGreaterThan(10);
  expect(found.length).toBeLessThan(60);
});

describe('texts', () => {
  it('are cut to fit', () => {
    expect(shorten('short', 200, LABEL)).toBe('short');
    const cut = shorten('a very long label of a message', 100, LABEL);
    expect(cut.endsWith('…')).toBe(true);
    expect(textWidth(cut, LABEL)).toBeLessThanOrEqual(100);
    expect(shorten('x', 1, LABEL)).toBe('…');
  });

  it('names break where both lines are short', () => {
    expect(breakName('alice')).toEqual(['alice']);
    expect(breakName('alice-pc')).toEqual(['alice-', 'pc']);
    expect(breakName('mail.hamburger.edu')).toEqual(['mail.', 'hamburger.edu']);
    expect(breakName('engineering.nyu.edu')).toEqual(['engineering.', 'nyu.edu']);
    expect(breakName('a.root-servers.net')).toEqual(['a.', 'root-servers.net']);
  });
});

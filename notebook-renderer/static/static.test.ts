import { describe, expect, it } from 'vitest';
import { streamIndex } from '../../engines/network/capture/streams.ts';
import { recordedRun } from '../../engines/recorded-run-for-tests.ts';
import { largeRun, textbookRun } from '../fixtures/recorded-runs.ts';
import { sequenceSvg } from './svg.ts';
import { describeRun } from './text.ts';

const run = textbookRun();

describe('a run as text', () => {
  const told = describeRun({ run, focus: null });

  it('is a sequence in clean columns', () => {
    expect(told.split('\n').slice(0, 9)).toEqual([
      'Alice writes to Bob',
      '16 messages · 1.56 s simulated · 1 packet lost · seed 1',
      '',
      '── alice-pc resolves mail.crepes.fr A',
      '   ✓ 10.0.1.1 (1.02 s)',
      ' 1.    0 ms  alice-pc ✕ local-dns                  dns   A? mail.crepes.fr  (lost)',
      ' 2. 1.000 s  alice-pc → local-dns                  dns   A? mail.crepes.fr',
      '             · local-dns: cached: mail.crepes.fr A, 3600 s',
      ' 3. 1.012 s  local-dns → alice-pc                  dns   A 10.0.1.1',
    ]);
    expect(told).toContain('\n 7. 1.320 s  mail.crepes.fr → mail.hamburger.edu   smtp  MAIL FROM: <alice@crepes.fr>\n');
    expect(told).toContain('\n    1.140 s  mail.crepes.fr: connection to mail.hamburger.edu:587 refused\n');
  });

  it.each([
    ['nothing', 0, '(lost)'],
    ['two of six bytes', 2, '(2 B of 6 B arrived)'],
    ['all of it, for nobody', 6, '(arrived, and was not read)'],
  ])('tells how much arrived of what was not received: %s', (_, bytes, expected) => {
    const whole = recordedRun();
    const quit = Array.from(whole.messages.label).findIndex((label) => whole.strings[label]?.startsWith('QUIT'));
    const [carrier] = streamIndex(whole).packetsOf(quit);
    const messages = { ...whole.messages, receivedAt: whole.messages.receivedAt.with(quit, Number.NaN) };
    const packets = { ...whole.packets, length: whole.packets.length.with(carrier!, bytes) };
    const broken = { run: { ...whole, messages, packets }, focus: null };
    expect(describeRun(broken)).toContain(`QUIT  ${expected}\n`);
    expect(sequenceSvg(broken)).toContain(bytes === 0 ? '>QUIT<' : `>QUIT · ${expected.slice(1, -1)}<`);
  });

  it('puts a lock before the lines of a transcript that travelled under protection', () => {
    const whole = recordedRun();
    const view = { kind: 'transcript', hosts: ['mail.crepes.fr', 'mail.hamburger.edu'] } as const;
    // Where there are connections of lines, the transcript is of those alone.
    const connections = { ...whole.connections, protocol: whole.connections.protocol.map(() => -1) };
    const told = describeRun({ run: { ...whole, connections, views: [{ view, at: { source: 0, start: 0, end: 0 } }] }, focus: null });
    expect(told).toContain('\n  C: QUIT\n');
    expect(told).toContain('\n  C: 🔒 a film\n');
  });

  it('tells metrics, checks and what never began', () => {
    expect(told).toContain('  delivery time, alice@crepes.fr → bob@hamburger.edu  360 ms\n');
    expect(told).toContain('  ✓ expect mailbox bob@hamburger.edu has 1 message\n');
    expect(told).toContain('      expected < 100 ms, measured 360 ms at 1.460 s\n');
    expect(told).toContain('✗ alice-pc sends mail from alice@crepes.fr to nobody@hamburger.edu: never began\n');
  });

  it('fits the width that it is given, and has no escape sequence unless asked', () => {
    const narrow = describeRun({ run, focus: null }, { width: 60 });
    const messages = narrow.split('\n').filter((line) => line.includes('smtp'));
    expect(messages.length).toBe(13);
    for (const line of messages) expect([...line].length).toBeLessThanOrEqual(60);
    expect(narrow).not.toContain('\u001b');
    const coloured = describeRun({ run, focus: null }, { color: true });
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(told);
    expect(coloured).not.toBe(told);
  });

  it('control characters of a message cannot reach a terminal', () => {
    const hostile = { ...run, strings: run.strings.map((text) => (text === 'HELO crepes.fr' ? 'HELO \u001b[2Jx\r\ny' : text)) };
    const text = describeRun({ run: hostile, focus: null });
    expect(text).toContain('HELO ␛[2Jx␍␊y');
    expect(text).not.toContain('\u001b');
  });

  it('says how many messages it left out', () => {
    expect(describeRun({ run: largeRun(1000), focus: null }, { limit: 10 })).toContain('… and 990 more messages');
  });

  it('of 200,000 messages is all of them where no limit is given', () => {
    const told = describeRun({ run: largeRun(200_000), focus: null });
    expect(told.match(/ dns +A/g)?.length).toBe(200_000);
    expect(told).toContain('\n200000. ');
  });

  it('names the transport above each connection of a transcript', () => {
    const at = run.steps[0]!.at;
    const transcripts = (hosts: [string, string]) =>
      describeRun({ run: { ...run, views: [{ view: { kind: 'transcript', hosts }, at }] }, focus: null });
    expect(transcripts(['alice-pc', 'local-dns'])).toMatch(/Transcript of alice-pc with local-dns\n {2}UDP · DNS · port 53\n {2}C: /);
    expect(transcripts(['mail.crepes.fr', 'mail.hamburger.edu'])).toContain('\n  TCP · SMTP · port 25\n  S: 220 hamburger.edu');
  });

  it('of 200,000 subjects of a metric is a line for each', () => {
    const one = { metric: 'queries', unit: '' as const, doc: '', at: Float64Array.of(1), values: Float64Array.of(1) };
    const series = Array.from({ length: 200_000 }, (_, i) => ({ ...one, subjects: [`ns${i}`] }));
    expect(describeRun({ run: { ...run, series }, focus: null })).toContain('  queries, ns199999  1\n');
  });

  it('of a cell that only declares is what stands where', () => {
    expect(describeRun({ run, focus: 2 })).toBe(
      [
        'Alice writes to Bob',
        '3 hosts, 2 zones, 2 mail servers, 1 mailbox declared; 1 host filled in',
        '',
        '  alice-pc            10.0.0.1',
        '  mail.crepes.fr      10.0.1.1         zone crepes.fr, zone hamburger.edu, mail server',
        '  mail.hamburger.edu  10.0.2.1         zone hamburger.edu, mail server, mailbox bob@hamburger.edu',
        '  local-dns           10.0.0.53        (local DNS server)',
        '',
      ].join('\n'),
    );
  });
});

it('what is protected has a lock, and text tells what is inside', () => {
  const secured = { run: recordedRun(), focus: null };
  expect(describeRun(secured)).toContain('TLS Application Data  🔒 GET /  (lost)\n');
  expect(sequenceSvg(secured)).toContain('>🔒 TLS Application Data<');
});

describe('a run as SVG', () => {
  const svg = sequenceSvg({ run, focus: null });

  it('is one well-formed element with every label', () => {
    expect(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg"')).toBe(true);
    expect(svg).toContain('MAIL FROM: &lt;alice@crepes.fr&gt;');
    expect(svg).toContain('✗ 1 of 2 checks failed');
    expect(svg.match(/class="label"/g)?.length).toBe(16);
    expect([...svg.matchAll(/class="number"[^>]*>(\d+)</g)].map(([, number]) => Number(number))).toEqual(
      Array.from({ length: 16 }, (_, i) => i + 1),
    );
    expect(svg.match(/class="cross"/g)?.length).toBe(1);
    expect(svg).not.toMatch(/<script|href|NaN|undefined|Infinity/);
    expectBalanced(svg);
  });

  it('draws every arrow below every label, so that none is struck through', () => {
    expect(svg.lastIndexOf('class="line"')).toBeGreaterThan(0);
    expect(svg.lastIndexOf('class="line"')).toBeLessThan(svg.indexOf('class="label"'));
  });

  it('shows everything where several views are asked for, and what is asked for where it is one', () => {
    const view = { kind: 'sequence', hosts: ['mail.crepes.fr', 'mail.hamburger.edu'], protocols: [] } as const;
    const at = run.steps[0]!.at;
    const drawn = (...views: (typeof view)[]) =>
      sequenceSvg({ run: { ...run, views: views.map((view) => ({ view, at })) }, focus: null }).match(/class="label"/g)?.length;
    expect(drawn()).toBe(16);
    expect(drawn(view)).toBe(13);
    expect(drawn(view, view)).toBe(16);
  });

  it('styles nothing outside itself', () => {
    const style = /<style>(.*?)<\/style>/s.exec(svg)![1]!;
    const selectors = [...style.matchAll(/([^{}]+)\{/g)].flatMap(([, list]) => (list!.startsWith('@') ? [] : list!.split(',')));
    expect(selectors.length).toBeGreaterThan(40);
    for (const selector of selectors) expect(selector).toMatch(/^\.netscenario-sequence(?: |$)/);
  });

  it('draws some of a large run and counts the rest', () => {
    const large = sequenceSvg({ run: largeRun(5000), focus: null }, { limit: 100 });
    expect(large.match(/class="label"/g)?.length).toBe(100);
    expect(large).toContain('… and 4,900 more messages');
    expect(large.length).toBeLessThan(200_000);
  });

  it('draws all of 200,000 messages when told to', () => {
    const large = sequenceSvg({ run: largeRun(200_000), focus: null }, { limit: Infinity });
    expect(large.match(/class="label"/g)?.length).toBe(200_000);
  });

  it('holds no character that XML forbids, and no markup of a message', () => {
    const hostile = {
      ...run,
      title: '</svg><script>alert(1)</script>\u0000\ud800',
      strings: run.strings.map((text) => (text === 'HELO crepes.fr' ? '<g>&"\u0001' : text)),
    };
    const drawn = sequenceSvg({ run: hostile, focus: null });
    expect(drawn).not.toContain('<script');
    expect(drawn).not.toContain('<g>&"');
    expect(drawn).not.toMatch(/[\u0000-\u0008\ud800]/);
    expectBalanced(drawn);
  });

  it('of a cell that only declares says what there is', () => {
    const drawn = sequenceSvg({ run, focus: 2 });
    expect(drawn).toContain('3 hosts, 2 zones, 2 mail servers, 1 mailbox declared; 1 host filled in');
    expect(drawn).toContain('zone hamburger.edu, mail server, mailbox bob@hamburger.edu');
    expectBalanced(drawn);
  });
});

function expectBalanced(xml: string): void {
  const open: string[] = [];
  for (const [, close, name, rest] of xml.matchAll(/<(\/?)([a-z]+)((?:"[^"]*"|[^">])*)>/g)) {
    if (close) expect(open.pop()).toBe(name);
    else if (!rest!.endsWith('/')) open.push(name!);
  }
  expect(open).toEqual([]);
}

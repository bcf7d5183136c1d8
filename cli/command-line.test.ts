import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeMetainfo } from '../engines/bittorrent/wire/metainfo.ts';
import { INGREDIENTS } from '../engines/ingredients.ts';
import { decodeRun, encode } from '../engines/run-codec.ts';
import { folderForTests, netscenario, on } from './command-line-for-tests.ts';

const { path: folder, file } = folderForTests();

const WALKTHROUGH = new URL('../samples/mail-walkthrough.netscenario', import.meta.url).pathname;
const NOTEBOOK = new URL('../samples/01-mail-walkthrough.netscenario.md', import.meta.url).pathname;

describe('netscenario', () => {
  it('tells how it is used', async () => {
    expect((await netscenario('--help')).code).toBe(0);
    expect((await netscenario()).code).toBe(2);
    expect((await netscenario('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    ['sweep', '--help'],
    ['help', 'sweep'],
    ['sweep', 'nowhere.netscenario', '-h'],
  ])('tells how one command is used: %s %s', async (...words) => {
    const { code, out, error } = await netscenario(...words);
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(out).toMatch(/^ {2}netscenario sweep FILE /);
    expect(out).toMatch(/^ +--max-events N +stop the run/m);
    expect(out).not.toMatch(/--pcap|--seed|netscenario merge/);
    expect(out).toContain('Exit code: 0 fine;');
  });

  it('tells of every command how it is used', async () => {
    const { out } = await netscenario('--help');
    for (const [, command] of out.matchAll(/^ {2}netscenario ([a-z]+)/gm)) {
      const told = await netscenario(command!, '--help');
      expect(told.code).toBe(0);
      expect(told.out).toMatch(new RegExp(`^ {2}netscenario ${command} `));
    }
  });

  it.each([
    [['rum', WALKTHROUGH], /no command “rum”; did you mean run\?/],
    [['sideways'], /no command “sideways”; netscenario --help lists them/],
    [['run', WALKTHROUGH, '--seeed', '3'], /run has no option “--seeed”; did you mean --seed\? netscenario run --help lists them\n$/],
    [['run', WALKTHROUGH, '-x'], /run has no option “-x”; netscenario run --help lists them\n$/],
    [['run', WALKTHROUGH, '--seed'], /netscenario: --seed needs a value/],
    [['run', WALKTHROUGH, '--seed', '--json'], /netscenario: --seed needs a value/],
    [['check', '--json=yes', WALKTHROUGH], /netscenario: --json takes no value/],
    [['report', WALKTHROUGH, '-o'], /netscenario: --out needs a value/],
    [['run'], /run needs a file/],
    [['run', WALKTHROUGH, NOTEBOOK], /takes one file/],
    [['run', WALKTHROUGH, '--seed', 'many'], /--seed takes a whole number/],
    [['run', WALKTHROUGH, '--max-events', '0'], /--max-events takes a whole number from 1/],
    [['run', WALKTHROUGH, '--max-memory', '1.5 GB'], /--max-memory takes a whole number from 1/],
    [['run', WALKTHROUGH, '--colour'], /colour/],
    [['run', '/dev/zero'], /not a regular file/],
    [['run', join(folder, 'nowhere.netscenario')], /there is no such file/],
    [['run', folder], /this is a folder/],
    [['run', WALKTHROUGH, '--pcap', join(folder, 'a.pcapng'), '--host', 'nobody'], /no host “nobody”/],
    [['run', WALKTHROUGH, '--host', 'alice-pc'], /--host says where to capture: it needs --pcap/],
    [['run', WALKTHROUGH, '--without-secrets'], /--without-secrets says what a capture leaves out: it needs --pcap/],
    [['run', WALKTHROUGH, '--pcap', join(folder, 'a.pcapng'), '--link', 'alice-pc'], /--link takes the two hosts that it joins/],
    [['run', WALKTHROUGH, '--pcap', join(folder, 'a.pcapng'), '--link', 'alice-pc,mail.crepes.fr'], /no link between .*; it has no links/],
    [['run', WALKTHROUGH, '--pcap', join(folder, 'a.pcapng'), '--link', 'a,b', '--host', 'a'], /give --host or --link, not both/],
    [['run', WALKTHROUGH, '--pcap', join(folder, 'no/such/folder.pcapng')], /cannot be written/],
    [['report', WALKTHROUGH], /--out FILE/],
    [['export', WALKTHROUGH], /export needs --zone NAME or --torrent NAME/],
    [['export', WALKTHROUGH, '--zone', 'crepes.fr', '--torrent', 'x'], /not both/],
    [['export', WALKTHROUGH, '--torrent', 'ubuntu'], /no torrent “ubuntu”; it has none/],
    [['export', WALKTHROUGH, '--zone', 'no..where'], /--zone: .* empty label/],
    [['export', WALKTHROUGH, '--zone', 'nowhere.org'], /no zone “nowhere.org”; it has crepes.fr, hamburger.edu, ., fr, edu/],
    [['export', WALKTHROUGH, '--zone', 'crepes.fr', '--out', join(folder, 'no/such/folder.zone')], /cannot be written/],
    [['run', WALKTHROUGH, '--fingerprint', 'mesages'], /--fingerprint: there is no ingredient “mesages”; there are scenario, /],
    [['diff', WALKTHROUGH], /diff needs two files/],
    [['diff', WALKTHROUGH, WALKTHROUGH, WALKTHROUGH], /diff takes two files/],
    [['diff', WALKTHROUGH, NOTEBOOK, '--only', 'times'], /“times” goes with others/],
    [['diff', WALKTHROUGH, NOTEBOOK, '--context', 'all'], /--context takes a whole number from 0/],
    [['diff', WALKTHROUGH, join(folder, 'nowhere.nsrun')], /there is no such file/],
    [['diff', WALKTHROUGH, folder], /this is a folder/],
  ])('%j is answered with what to put right, and exit code 2', async (words, message) => {
    const { code, error } = await netscenario(...words);
    expect(error).toMatch(message);
    expect(code).toBe(2);
  });

  it('shows a fault of its own with its stack, and exit code 3', async () => {
    const out = () => {
      throw new RangeError('Invalid array length');
    };
    const { code, error } = await on({ out }, 'check', WALKTHROUGH);
    expect(code).toBe(3);
    expect(error).toMatch(/fault in netscenario [\d.]+: RangeError: Invalid array length\n +at /);
  });
});

describe('check', () => {
  it('is content with the samples', async () => {
    expect(await netscenario('check', WALKTHROUGH, NOTEBOOK)).toMatchObject({ code: 0, out: '2 files checked: no errors\n' });
  });

  it('counts warnings', async () => {
    const relative = 'host pc\nzone x.org on ns.x.org { @ MX 10 mail.y.com }\npc resolves x.org MX\n';
    expect(await netscenario('check', file('warned.netscenario', relative))).toMatchObject({
      code: 0,
      out: '1 file checked: no errors, 1 warning\n',
    });
  });

  it('shows an error at its place', async () => {
    const { code, error } = await netscenario('check', file('typo.netscenario', 'host alice-pc\nalice-cp resolves www.example.org A\n'));
    expect(code).toBe(1);
    expect(error).toMatch(/typo\.netscenario:2:1: error: .*alice-pc/);
    expect(error).toContain('  alice-cp resolves www.example.org A\n  ^^^^^^^^\n');
  });

  it('counts a notebook’s lines from the top of its file', async () => {
    const { error } = await netscenario(
      'check',
      file('lesson.netscenario.md', '# A lesson\n\n```netscenario\nhost a\nhost b { latency 5 }\n```\n'),
    );
    expect(error).toMatch(/lesson\.netscenario\.md:5:18: error/);
  });

  it('prints JSON for other programs', async () => {
    const { out, code } = await netscenario('check', '--json', file('unit.netscenario', 'host a { latency 5 }\n'));
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject([{ line: 1, column: 18, severity: 'error', code: expect.any(String) }]);
  });

  it.each([
    ['a binary file', new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 0xff])],
    ['a file of 50 MB', new Uint8Array(50_000_000).fill(0x20)],
  ])('refuses %s in one line', async (_name, content) => {
    const { code, error } = await netscenario('check', file('odd.netscenario', content));
    expect(code).toBe(2);
    expect(error.split('\n')).toHaveLength(2);
  });

  it('goes on behind a file that cannot be read', async () => {
    const broken = file('unit.netscenario', 'host a { latency 5 }\n');
    const nowhere = join(folder, 'nowhere.netscenario');
    const told = await netscenario('check', nowhere, broken, WALKTHROUGH);
    expect(told.code).toBe(2);
    expect(told.error).toContain(`${nowhere}: error: there is no such file [unreadable-file]\n`);
    expect(told.error).toMatch(/unit\.netscenario:1:18: error/);
    expect(told.out).toBe('3 files checked: 2 errors\n');
    const { code, out } = await netscenario('check', '--json', nowhere, broken);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject([
      { file: nowhere, line: 1, column: 1, severity: 'error', code: 'unreadable-file', message: 'there is no such file' },
      { file: broken, line: 1, column: 18 },
    ]);
  });

  it.each([
    ['file://evil/x', /1:8: error: /],
    ['a%2f..%2fb', /1:8: error: /],
    ['/dev/zero', /1:8: error: .*not a regular file/],
    ['pipe', /1:8: error: .*not a regular file/],
  ])('import "%s" is an error where it stands', async (name, message) => {
    const pipe = join(folder, 'pipe');
    rmSync(pipe, { force: true });
    execFileSync('mkfifo', [pipe]);
    const { code, error } = await netscenario('check', file('names.netscenario', `import "${name}"\nhost a\n`));
    expect(error).toMatch(message);
    expect(code).toBe(1);
  });

  it('reads a file whose name holds a percent sign', async () => {
    file('100%.zone', '@ 300 SOA ns hostmaster 1 2 3 4 5\n@ 300 NS ns\nns 300 A 192.0.2.1\n');
    const { error } = await netscenario('check', file('percent.netscenario', 'zone example.org on ns.example.org { from "100%.zone" }\n'));
    expect(error).not.toMatch(/error/);
  });

  it('shows an error inside an imported file at its place there', async () => {
    mkdirSync(join(folder, 'common'), { recursive: true });
    const imported = file('common/hosts.netscenario', 'host a\nhost b { latency 5 }\n');
    const { error } = await netscenario('check', file('importing.netscenario', 'import "common/hosts.netscenario"\nhost c\n'));
    expect(error).toContain(`${imported}:2:18: error: `);
    expect(error).toContain('  host b { latency 5 }\n                   ^\n');
    expect(error).not.toContain('file:');
  });

  it('reports a missing import and a truncated zone file where they are named', async () => {
    file('cut.zone', '@ SOA ns hostmaster ( 1 2 3\n');
    const path = file(
      'parts.netscenario',
      'import "nowhere.netscenario"\nzone example.org on ns.example.org { from "cut.zone" }\nhost a\n',
    );
    const { code, error } = await netscenario('check', path);
    expect(code).toBe(1);
    expect(error).toMatch(/parts\.netscenario:1:8: error: .*no such file/);
    expect(error).toMatch(/parts\.netscenario:2:43: error: .*cut\.zone/);
  });
});

describe('run', () => {
  it('prints messages, metrics and checks', async () => {
    const { code, out } = await netscenario('run', WALKTHROUGH);
    expect(code).toBe(0);
    expect(out).toContain('RCPT TO: <bob@hamburger.edu>');
    expect(out).toContain('mailbox bob@hamburger.edu has 1 message');
    expect(out).toContain('delivery time');
    expect(out).toContain(
      'Transcript of mail.crepes.fr with mail.hamburger.edu\n  TCP · SMTP · port 25\n  S: 220 hamburger.edu\n  C: HELO crepes.fr\n',
    );
  });

  it('tells of a file, which is no cell, that there is nothing to run', async () => {
    expect((await netscenario('run', file('empty.netscenario', ''))).out).toContain('There is no step to run.\n');
  });

  it('exits with 1 when a check fails, and says what was measured', async () => {
    const path = file('hope.netscenario', `${readFileSync(WALKTHROUGH, 'utf8')}\nexpect mailbox bob@hamburger.edu has 7 messages\n`);
    const { code, out } = await netscenario('run', path);
    expect(code).toBe(1);
    expect(out).toMatch(/7 messages[\s\S]*1 message/);
  });

  it('does not run what has errors', async () => {
    const { code, out, error } = await netscenario('run', file('broken.netscenario', 'host a {\nhost b { latency 5 }\n'));
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(error).toMatch(/not run/);
  });

  it('exits with 1 when a step never began, and says so, without any expectation', async () => {
    const path = file(
      'never.netscenario',
      'host a\nzone example.org on ns.example.org { www A 192.0.2.80 }\na resolves www.example.org A\nat 100 d a resolves www.example.org A\nafter 100 d a resolves ns.example.org A\n',
    );
    const told = await netscenario('run', path);
    expect(told.code).toBe(1);
    expect(told.error).toMatch(/never\.netscenario: .*never began/);
    const { steps } = JSON.parse((await netscenario('run', '--json', path)).out);
    expect(steps.map(({ state }: { state: string }) => state)).toContain('never began');
    expect(steps[0].state).toBe('ended');
  });

  const WORLD = 'host a\nzone example.org on ns.example.org { www A 192.0.2.80 }\n';
  const ENDLESS = `${WORLD}every 1 ms a resolves www.example.org A until 50 d\n`;

  it.each([
    [['--max-events', '5000'], /stopped: .*5,?000 events/],
    [['--max-memory', '2'], /stopped: .*2/],
  ])('stops a run that does not end at %j', async (words, message) => {
    const { code, out, error } = await netscenario('run', file('endless.netscenario', ENDLESS), ...words);
    expect(error).toMatch(message);
    expect(code).toBe(1);
    expect(out).toBe('');
  });

  it('shows progress on a terminal, and wipes it away', async () => {
    const lines: string[] = [];
    const words = ['run', file('endless.netscenario', ENDLESS), '--max-memory', '24'];
    const { error } = await on({ status: (line) => void lines.push(line) }, ...words);
    expect(lines[0]).toMatch(/^running: .* of simulated time, [\d,]+ events, [\d,]+ a second$/);
    expect(lines[lines.length - 1]).toBe('');
    expect(error).not.toContain('running');
    const quiet: string[] = [];
    await on({ status: (line) => void quiet.push(line) }, 'run', WALKTHROUGH);
    expect(quiet).toEqual([]);
  });

  it('gives JSON in which names stand for indexes', async () => {
    const { out } = await netscenario('run', WALKTHROUGH, '--json');
    const run = JSON.parse(out);
    expect(run.checks.every((check: { passed: boolean }) => check.passed)).toBe(true);
    expect(run.messages).toContainEqual(
      expect.objectContaining({ from: 'mail.hamburger.edu', to: 'mail.crepes.fr', label: '220 hamburger.edu' }),
    );
    expect(run.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  it('takes another seed, keeps the run, and captures one host', async () => {
    const save = join(folder, 'run.nsrun');
    const pcap = join(folder, 'bob.pcapng');
    await netscenario('run', WALKTHROUGH, '--seed', '99', '--save', save, '--pcap', pcap, '--host', 'mail.hamburger.edu');
    const run = decodeRun(new Uint8Array(readFileSync(save)));
    expect(run.seed).toBe(99);
    expect([...readFileSync(pcap).subarray(0, 4)]).toEqual([0x0a, 0x0d, 0x0d, 0x0a]);
  });

  it('captures one link, under its name', async () => {
    const path = file(
      'linked.netscenario',
      'host a\nhost ns.example.org\nlink a <-> ns.example.org { latency 1 ms }\nzone example.org on ns.example.org { www A 192.0.2.80 }\na resolves www.example.org A\n',
    );
    const pcap = join(folder, 'link.pcapng');
    expect((await netscenario('run', path, '--pcap', pcap, '--link', 'ns.example.org,a')).error).toBe('');
    expect(readFileSync(pcap).includes('ns.example.org <-> a')).toBe(true);
    expect((await netscenario('run', path, '--pcap', pcap, '--link', 'a,b')).error).toMatch(/no host “b”/);
  });
});

describe('export --zone', () => {
  it('prints a zone with what was filled in', async () => {
    expect(await netscenario('export', WALKTHROUGH, '--zone', 'CREPES.fr.')).toMatchObject({
      code: 0,
      error: '',
      out: `$ORIGIN crepes.fr.
$TTL 86400
@         IN SOA ns hostmaster (
                 1       ; serial
                 7200    ; refresh (2 h)
                 900     ; retry (15 min)
                 1209600 ; expire (14 d)
                 3600    ; minimum (1 h)
                 )
          IN MX  10 mail
          IN NS  ns
ns   3600 IN A   10.0.0.2
mail 3600 IN A   10.0.0.4
`,
    });
  });

  it('writes a file that a scenario can be given', async () => {
    const out = join(folder, 'exported.zone');
    const told = await netscenario('export', WALKTHROUGH, '--zone', 'hamburger.edu', '--out', out);
    expect(told).toMatchObject({ code: 0, out: `${out}: zone hamburger.edu, 5 records\n` });
    const again = file('again.netscenario', 'zone hamburger.edu on ns.hamburger.edu { from "exported.zone" }\n');
    expect((await netscenario('export', again, '--zone', 'hamburger.edu')).out).toBe(readFileSync(out, 'utf8'));
  });

  it('exports nothing of what has errors', async () => {
    const path = file('broken-zone.netscenario', 'zone example.org on ns.example.org { www A 1.2.3 }\n');
    expect(await netscenario('export', path, '--zone', 'example.org')).toMatchObject({ code: 1, out: '' });
  });
});

describe('export --torrent', () => {
  const path = file(
    'swarm.netscenario',
    'host origin, peer\ntorrent ubuntu { size 100 KiB piece 16 KiB seeds origin }\npeer downloads ubuntu\nexpect seeds of ubuntu = 2\n',
  );

  it('prints a magnet link with the info hash that the run has', async () => {
    const { out, code } = await netscenario('export', path, '--torrent', 'UBUNTU');
    expect(code).toBe(0);
    const [, hash] =
      /^magnet:\?xt=urn:btih:([0-9a-f]{40})&dn=ubuntu&xl=102400&tr=http%3A%2F%2Ftracker%3A6969%2Fannounce\n$/.exec(out) ?? [];
    const saved = join(folder, 'swarm.run');
    await netscenario('run', path, '--save', saved);
    const run = decodeRun(readFileSync(saved));
    const first = [...run.messages.kind].findIndex((kind) => run.strings[kind] === 'handshake');
    const at = run.messages.start[first]! + 28;
    expect(Buffer.from(run.bytes.subarray(at, at + 20)).toString('hex')).toBe(hash);
    expect((await netscenario('export', path, '--torrent', 'debian')).error).toMatch(/no torrent “debian”; it has ubuntu/);
  });

  it('writes a file that a scenario can be given, and is given back', async () => {
    const out = join(folder, 'exported.torrent');
    expect(await netscenario('export', path, '--torrent', 'ubuntu', '--out', out)).toMatchObject({
      code: 0,
      out: `${out}: torrent ubuntu, 7 pieces\n`,
    });
    expect(decodeMetainfo(readFileSync(out))).toMatchObject({
      info: { name: 'ubuntu', length: 102_400, pieceLength: 16_384 },
      trackers: [['http://tracker:6969/announce']],
    });
    const again = file('again-swarm.netscenario', 'host a, b\ntorrent other { from "exported.torrent" seeds a }\nb downloads other\n');
    const copy = join(folder, 'copy.torrent');
    await netscenario('export', again, '--torrent', 'other', '--out', copy);
    expect(readFileSync(copy)).toEqual(readFileSync(out));
  });
});

describe('run --fingerprint', () => {
  it('prints the fingerprint alone, of everything or of what is named', async () => {
    const { out } = await netscenario('run', WALKTHROUGH, '--json');
    const all = await netscenario('run', '--fingerprint', WALKTHROUGH);
    expect(all).toMatchObject({ code: 0, out: `${JSON.parse(out).fingerprint}\n` });
    const some = await netscenario('run', WALKTHROUGH, '--fingerprint', 'messages,steps');
    expect(some.out).toMatch(/^[0-9a-f]{64}\n$/);
    expect(some.out).not.toBe(all.out);
    expect((await netscenario('run', WALKTHROUGH, '--fingerprint=messages,steps', '--seed', '99')).out).toBe(some.out);
    expect(JSON.parse((await netscenario('run', WALKTHROUGH, '--json', '--fingerprint', 'steps')).out)).toMatchObject({
      ingredients: ['steps'],
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });
});

describe('diff', () => {
  const text = readFileSync(WALKTHROUGH, 'utf8');
  const slower = () => file('slower.netscenario', text.replace('host alice-pc', 'host alice-pc { latency 80 ms }'));
  const blunter = () => file('blunter.netscenario', text.replace('Do you like ketchup?', 'Do you like catsup??'));

  it('calls equal runs equal, saved ones too, with their fingerprint and exit code 0', async () => {
    const save = join(folder, 'equal.nsrun');
    await netscenario('run', WALKTHROUGH, '--save', save);
    const { code, out } = await netscenario('diff', WALKTHROUGH, save);
    expect(code).toBe(0);
    expect(out).toBe(`The runs are equal: fingerprint ${decodeRun(new Uint8Array(readFileSync(save))).fingerprint}\n`);
  });

  it('names the first event that differs, in its context, and exits with 1', async () => {
    const { code, out, error } = await netscenario('diff', WALKTHROUGH, slower(), '--only', 'messages,times');
    expect([code, error]).toEqual([1, '']);
    expect(out.split('\n').slice(0, 8)).toEqual([
      `--- A: ${WALKTHROUGH}`,
      `+++ B: ${join(folder, 'slower.netscenario')}`,
      '',
      'First difference, at 12.01184 ms: message received',
      '         0 ms  alice-pc → local-dns  dns query  mail.crepes.fr A?  (32 B)',
      '- 12.01184 ms  received: alice-pc → local-dns  dns query  mail.crepes.fr A?',
      '+ 82.01184 ms  received: alice-pc → local-dns  dns query  mail.crepes.fr A?',
      '                 received at 82.01184 ms, was 12.01184 ms',
    ]);
    expect(out).toMatch(/In all\n {2}messages {2}\d+ at another time/);
  });

  it('finds the first byte that differs, and the field that it is in', async () => {
    const { out } = await netscenario('diff', WALKTHROUGH, blunter(), '--only', 'messages,bytes', '--context', '0');
    expect(out).toMatch(/First difference, at .*: message sent\n- .*\n\+ .*\n +byte \d+ 0x63, was 0x6b \(body, line\)/);
  });

  it('prints what the documentation shows', async () => {
    const changed = file('changed.netscenario', text.replace('How about pickles', 'Or pickles'));
    const { out } = await netscenario('diff', WALKTHROUGH, changed, '--only', 'steps,messages,bytes');
    const page = readFileSync(new URL('../docs/comparing-runs.md', import.meta.url), 'utf8');
    // Exact times are the engines' business; the page need not follow each of them.
    const shape = (shown: string) => shown.replace(/ *[\d.]+ ms/g, ' … ms').replace(/ {4,}/g, '    ');
    expect(shape(page)).toContain(shape(out.split('\n').slice(2).join('\n')));
    for (const { name, doc } of INGREDIENTS) expect(page).toContain(`| \`${name}\` | ${doc} |`);
  });

  it('tells what the runs are of, and takes a seed for both', async () => {
    const save = join(folder, 'seeded.nsrun');
    await netscenario('run', WALKTHROUGH, '--seed', '7', '--save', save);
    expect((await netscenario('diff', WALKTHROUGH, save)).out).toContain('    seed 7, was ');
    expect((await netscenario('diff', WALKTHROUGH, save, '--seed', '7')).code).toBe(0);
    expect((await netscenario('diff', save, save, '--seed', '7')).error).toMatch(/--seed is for scenarios/);
    expect((await netscenario('diff', WALKTHROUGH, save, '--only', 'messages,steps')).out).toMatch(
      /^The runs are equal in steps, messages: fingerprint [0-9a-f]{64}\n$/,
    );
  });

  it('gives JSON, and colour to a terminal only', async () => {
    const { out, code } = await netscenario('diff', '--json', WALKTHROUGH, slower());
    expect(code).toBe(1);
    const told = JSON.parse(out);
    expect(told).toMatchObject({ equal: false, a: { engine: expect.any(String) }, first: { at: 12_011_840, time: '12.01184 ms' } });
    expect(told.tables).toContainEqual(expect.objectContaining({ table: 'messages', onlyA: expect.any(Number) }));
    expect((await on({ color: true }, 'diff', WALKTHROUGH, slower())).out).toContain('\u001b[31m- ');
    expect((await netscenario('diff', WALKTHROUGH, slower())).out).not.toContain('\u001b');
  });

  it('has trouble with what does not run, cannot be read, or was saved by another version', async () => {
    const broken = file('unit.netscenario', 'host a { latency 5 }\n');
    expect((await netscenario('diff', WALKTHROUGH, broken)).code).toBe(2);
    const save = join(folder, 'other.nsrun');
    await netscenario('run', WALKTHROUGH, '--save', save);
    const run = decodeRun(new Uint8Array(readFileSync(save)));
    const older = file('older.nsrun', encode({ ...run, format: 1 }));
    expect(await netscenario('diff', older, WALKTHROUGH)).toMatchObject({
      code: 2,
      error: expect.stringContaining('this version reads format 3'),
    });
    const cut = file('cut.nsrun', readFileSync(save).subarray(0, 5000));
    expect(await netscenario('diff', cut, WALKTHROUGH)).toMatchObject({ code: 2, error: expect.stringContaining('breaks off') });
    const engine = file('engine.nsrun', encode({ ...run, engine: '0.0.1' }));
    const told = await netscenario('diff', engine, WALKTHROUGH);
    expect(told.error).toMatch(/different versions of the engines \(A: 0\.0\.1, B: /);
    expect(told).toMatchObject({ code: 1, out: expect.stringContaining('No event differs') });
  });
});

describe('netscenario format', () => {
  it('lays files and the cells of notebooks out in place, and leaves prose alone', async () => {
    const scenario = file('loose.netscenario', 'host   a // one\nhost b{up 5 Mbps}');
    const loose = '# A   title\n\n```netscenario\nhost   c\n```\n\n  prose  \n';
    const notebook = file('loose.netscenario.md', loose);
    const checked = await netscenario('format', '--check', scenario, notebook);
    expect(checked).toMatchObject({ code: 1, out: expect.stringContaining('2 files read: 2 files to be laid out') });
    expect(readFileSync(notebook, 'utf8')).toBe(loose);
    expect(await netscenario('format', scenario, notebook)).toMatchObject({ code: 0 });
    expect(readFileSync(scenario, 'utf8')).toBe('host a // one\nhost b { up 5 Mbps }\n');
    expect(readFileSync(notebook, 'utf8')).toBe(loose.replace('host   c', 'host c'));
    expect(await netscenario('format', '--check', scenario, notebook)).toMatchObject({ code: 0, out: '2 files read: all are laid out\n' });
  });

  it('needs a file that it can read', async () => {
    expect((await netscenario('format')).error).toMatch(/format needs at least one file/);
    expect(await netscenario('format', join(folder, 'nowhere.netscenario'))).toMatchObject({ code: 2 });
  });
});

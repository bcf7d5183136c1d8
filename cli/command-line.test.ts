import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeRun } from '../engines/run-codec.ts';
import { commandLine } from './command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'netscenario-'));
afterAll(() => rmSync(folder, { recursive: true }));

const WALKTHROUGH = new URL('../samples/mail-walkthrough.netscenario', import.meta.url).pathname;
const NOTEBOOK = new URL('../samples/01-mail-walkthrough.netscenario.md', import.meta.url).pathname;

async function netscenario(...words: string[]): Promise<{ code: number; out: string; error: string }> {
  const out: string[] = [];
  const error: string[] = [];
  const terminal = { out: (text: string) => void out.push(text), error: (text: string) => void error.push(text), color: false, width: 120 };
  const code = await commandLine(words, terminal);
  return { code, out: out.join(''), error: error.join('') };
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('netscenario', () => {
  it('tells how it is used', async () => {
    expect((await netscenario('--help')).code).toBe(0);
    expect((await netscenario()).code).toBe(2);
    expect((await netscenario('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    [['rum', WALKTHROUGH], /no command “rum”/],
    [['run'], /run needs a file/],
    [['run', WALKTHROUGH, NOTEBOOK], /takes one file/],
    [['run', WALKTHROUGH, '--seed', 'many'], /--seed takes a whole number/],
    [['run', WALKTHROUGH, '--colour'], /colour/],
    [['run', join(folder, 'nowhere.netscenario')], /there is no such file/],
    [['run', folder], /this is a folder/],
    [['run', WALKTHROUGH, '--host', 'nobody'], /no host “nobody”/],
    [['run', WALKTHROUGH, '--pcap', join(folder, 'no/such/folder.pcapng')], /cannot be written/],
    [['report', WALKTHROUGH], /--out FILE/],
  ])('%j is answered with what to put right, and exit code 2', async (words, message) => {
    const { code, error } = await netscenario(...words);
    expect(error).toMatch(message);
    expect(code).toBe(2);
  });
});

describe('check', () => {
  it('is content with the samples', async () => {
    expect(await netscenario('check', WALKTHROUGH, NOTEBOOK)).toMatchObject({ code: 0, out: '2 files checked: no errors\n' });
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
});

/** Every kind of answer: given by real servers, understood by resolver and stub, read back by tshark. The table is docs/dns.md's. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { writePcapng } from '../network/capture/pcapng.ts';
import type { Run } from '../run.ts';
import { simulate } from '../simulation.ts';
import { answerKinds, answerKindsTable } from './answer-kinds-for-tests.ts';
import { displayName } from './domain-name.ts';
import { bytesOfMessage, notes } from './scenario-for-tests.ts';
import { decode } from './wire/decode.ts';
import { responseCodeNumber } from './wire/encode.ts';
import type { Message } from './wire/message.ts';

/** Every message of the run with its sender. */
function messages(run: Run): { from: string; message: Message }[] {
  return Array.from({ length: run.messages.rows }, (_, row) => {
    const framed = run.strings[run.messages.kind[row] as number]?.endsWith('over TCP');
    const decoded = decode(framed ? bytesOfMessage(run, row).subarray(2) : bytesOfMessage(run, row));
    if (!decoded.ok) throw new Error(decoded.error);
    return { from: run.hosts[run.messages.from[row] as number]?.name as string, message: decoded.message };
  });
}

describe.each(answerKinds)('$kind ($standard)', ({ scenario, from, message, outcome, note }) => {
  test('is given, and understood', () => {
    const run = simulate(scenario);
    const given = messages(run).filter((one) => one.from === from && one.message.response);
    expect(given.map((one) => one.message)).toContainEqual(expect.objectContaining(asymmetric(message)));
    expect(run.steps.at(-1)?.outcome).toBe(outcome);
    if (note !== undefined) expect(notes(run)).toContain(note);
  });
});

/** Lists of records match where each record has the properties given. */
function asymmetric(wanted: object): object {
  return Object.fromEntries(
    Object.entries(wanted).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.map((item) => (typeof item === 'object' ? partly(item) : item)) : value,
    ]),
  );
}

function partly(item: object): unknown {
  return expect.objectContaining(
    Object.fromEntries(
      Object.entries(item).map(([key, value]) => [key, typeof value === 'object' ? expect.objectContaining(value as object) : value]),
    ),
  );
}

test('the page about DNS has this table', () => {
  const page = readFileSync(new URL('../../docs/dns.md', import.meta.url), 'utf8');
  expect(page).toContain(answerKindsTable());
});

describe.skipIf(spawnSync('tshark', ['--version']).status !== 0)('tshark', () => {
  const folder = mkdtempSync(join(tmpdir(), 'answers-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(answerKinds)('reads $kind back, and has nothing against it', ({ kind, scenario }) => {
    const run = simulate(scenario);
    const file = join(folder, `${kind.replaceAll(' ', '-')}.pcapng`);
    writeFileSync(file, writePcapng(run));
    const lines = (...words: string[]): string[] =>
      execFileSync('tshark', ['-r', file, ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
        .split('\n')
        .filter((line) => line !== '');
    const fields = ['dns.id', 'dns.flags', 'dns.qry.name', 'dns.count.answers', 'dns.count.auth_rr', 'dns.resp.ext_rcode'];
    const read = lines('-Y', 'dns', '-T', 'fields', ...fields.flatMap((field) => ['-e', field]));
    expect(read.map((line) => line.split('\t'))).toEqual(messages(run).map((one) => shown(one.message)));
    expect(lines('-Y', '_ws.malformed || _ws.expert.severity >= warning', '-T', 'fields', '-e', '_ws.expert.message')).toEqual([]);
  });
});

/** ID, flags with the code, name asked about, numbers of records and the code’s upper bits, as tshark writes them. */
function shown(message: Message): string[] {
  const flag = (set: boolean, bit: number): number => (set ? bit : 0);
  const flags =
    flag(message.response, 0x8000) |
    (message.opcode === 'UPDATE' ? 5 << 11 : 0) |
    flag(message.authoritative, 0x400) |
    flag(message.truncated, 0x200) |
    flag(message.recursionDesired, 0x100) |
    flag(message.recursionAvailable, 0x80) |
    (responseCodeNumber(message.responseCode) & 0xf);
  const hex = (value: number): string => `0x${value.toString(16).padStart(4, '0')}`;
  const name = displayName(message.questions[0]?.name ?? '.');
  const counts = message.opcode === 'UPDATE' ? ['', ''] : [String(message.answers.length), String(message.authorities.length)];
  // RFC 6891 §6.1.3: the upper eight bits of the code, where there is an OPT record.
  const extended = message.edns ? `0x${(responseCodeNumber(message.responseCode) >> 4).toString(16).padStart(2, '0')}` : '';
  return [hex(message.id), hex(flags), name, ...counts, extended];
}

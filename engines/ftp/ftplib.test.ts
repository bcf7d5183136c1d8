/** What our server says, as the ftplib of Python reads it. Needs python3 on the machine. */
import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { octetsOf } from '../network/octets.ts';
import type { Run } from '../run.ts';
import { simulate } from '../simulation.ts';
import { ftpScenario, get, say, session } from './scenario-for-tests.ts';

const present = spawnSync('python3', ['-c', 'import ftplib']).status === 0;

/**
 * Reads all replies from standard input, one JSON line each: the text, and what ftplib's own parsers find in it. Replies that
 * ftplib takes for errors are those that begin with 4 and 5.
 */
const READER = `
import ftplib, io, json, sys
octets = sys.stdin.buffer.read().decode('latin-1')
ftp = ftplib.FTP(); ftp.file = io.StringIO(octets, newline='')
while ftp.file.tell() < len(octets):
    try: text = ftp.getresp()
    except (ftplib.error_temp, ftplib.error_perm) as error: text = str(error)
    found = None
    if text[:3] == '227': found = list(ftplib.parse227(text))
    if text[:3] == '229': found = ftplib.parse229(text, ('10.0.0.2', 21))[1]
    if text[:3] == '257': found = ftplib.parse257(text)
    if text[:3] == '150': found = ftplib.parse150(text)
    print(json.dumps([text, found]))
`;

/** Reads a listing of facts from standard input, as FTP.mlsd does. */
const FACTS = `
import ftplib, json, sys
lines = sys.stdin.buffer.read().decode('latin-1').split('\\r\\n')[:-1]
ftp = ftplib.FTP()
ftp.retrlines = lambda command, append: [append(line) for line in lines]
print(json.dumps(list(ftp.mlsd())))
`;

function python(program: string, input: string): unknown[] {
  const output = execFileSync('python3', ['-c', program], { input: Buffer.from(input, 'latin1'), encoding: 'utf8' });
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** The octets of all messages of a protocol and kind, one behind the other. */
function octets({ messages, strings, bytes }: Run, protocol: string, kind: string): string {
  let all = '';
  for (let i = 0; i < messages.rows; i++) {
    if (strings[messages.protocol[i]!] !== protocol || strings[messages.kind[i]!] !== kind) continue;
    all += octetsOf(bytes.subarray(messages.start[i]!, messages.start[i]! + messages.length[i]!));
  }
  return all;
}

describe.skipIf(!present)('ftplib', () => {
  test('reads every reply, of one line and of many, with what is in it', () => {
    const operations = [
      get('readme.txt'),
      { kind: 'make directory', path: 'a "b"' } as const,
      ...['FEAT', 'HELP', 'STAT', 'STAT /', 'XYZZY', 'CWD nowhere', 'MLST pub'].map(say),
    ];
    for (const mode of ['active', 'passive', 'extended passive'] as const) {
      const run = simulate(ftpScenario({ steps: [session(operations, { mode })] }));
      const { messages, strings } = run;
      const labels = [...messages.kind].flatMap((k, i) => (strings[k] === 'reply' ? [strings[messages.label[i]!]!] : []));
      const read = python(READER, octets(run, 'ftp', 'reply')) as [text: string, found: unknown][];
      expect(read.map(([text]) => text.slice(0, 3))).toEqual(labels.map((label) => label.slice(0, 3)));
      const found = (code: string) => read.find(([text]) => text.startsWith(code))?.[1];
      const { serverPort, clientPort } = run.connections;
      if (mode === 'passive') expect(found('227')).toEqual(['10.0.0.2', serverPort[1]]);
      if (mode === 'extended passive') expect(found('229')).toBe(serverPort[1]);
      if (mode === 'active') expect([found('150'), clientPort[1]]).toEqual([12, 20]);
      expect(found('257')).toBe('/a "b"');
    }
  });

  test('reads the facts of MLSD', () => {
    const run = simulate(ftpScenario({ steps: [session([{ kind: 'list', how: 'facts', path: null }])] }));
    const [listed] = python(FACTS, octets(run, 'ftp-data', 'facts')) as [[name: string, facts: Record<string, string>][]];
    expect(listed.map(([name, { type, size }]) => [name, type, size])).toEqual([
      ['home', 'dir', undefined],
      ['incoming', 'dir', undefined],
      ['pub', 'dir', undefined],
      ['readme.txt', 'file', '12'],
    ]);
  });
});

/** Python's smtplib as a client of our server's session, over a pipe; and what we send, as tshark reads it. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writePcapng } from '../../network/capture/pcapng.ts';
import { simulate } from '../../simulation.ts';
import { aliceSends, mailScenario } from '../scenario-for-tests.ts';
import type { SessionStep } from './server-session.ts';
import { now, open } from './session-for-tests.ts';
import { encodeReply } from './wire/reply.ts';

const python = spawnSync('python3', ['-c', 'import smtplib']).status === 0;
const tshark = spawnSync('tshark', ['--version']).status === 0;

/** smtplib over standard input and output; what it found, as JSON on standard error. */
const CLIENT = `
import json, smtplib, sys
class Pipe:
    def makefile(self, mode): return sys.stdin.buffer
    def sendall(self, data): sys.stdout.buffer.write(data); sys.stdout.buffer.flush()
    def close(self): pass
class Client(smtplib.SMTP):
    def _get_socket(self, host, port, timeout): return Pipe()
client = Client('mail.hamburger.edu', 25, local_hostname='crepes.fr')
found = {'ehlo': client.ehlo()[0], 'features': sorted(client.esmtp_features)}
for mechanism, handler in (('cram-md5', client.auth_cram_md5), ('plain', client.auth_plain), ('login', client.auth_login)):
    client.user, client.password = 'bob@hamburger.edu', 'secret'
    client.ehlo()
    try: found[mechanism] = client.auth(mechanism.upper(), handler)[0]
    except smtplib.SMTPException as error: found[mechanism] = getattr(error, 'smtp_code', str(error))
found['refused'] = client.sendmail('bob@hamburger.edu', ['full@hamburger.edu', 'bob@hamburger.edu', 'nobody@hamburger.edu'], b'Subject: x\\r\\n\\r\\n.dot\\r\\n..\\r\\n', mail_options=['RET=HDRS'], rcpt_options=['NOTIFY=NEVER'])
found['refused'] = {who: code for who, (code, text) in found['refused'].items()}
found['verify'] = client.verify('full')[0]
found['expand'] = client.expn('friends')[1].decode()
found['noop'], found['help'] = client.noop()[0], client.help()[:9].decode()
found['quit'] = client.quit()[0]
sys.stderr.write(json.dumps(found))
`;

describe.skipIf(!python)('smtplib', () => {
  test('logs in by each mechanism, sends, asks, and understands every reply', async () => {
    const { session, taken } = open({ authentication: 'offered', verifies: true });
    const child = spawn('python3', ['-c', CLIENT]);
    let told = '';
    child.stderr.on('data', (data: Buffer) => {
      told += data.toString();
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    let step: SessionStep = { reply: session.greet(), next: 'command' };
    child.stdin.write(encodeReply(step.reply));
    let rest = '';
    for await (const data of child.stdout) {
      rest += (data as Buffer).toString('latin1');
      for (;;) {
        const mark: string = step.next === 'content' ? '\r\n.\r\n' : '\r\n';
        const end = rest.indexOf(mark);
        if (end < 0) break;
        const text = rest.slice(0, end);
        rest = rest.slice(end + mark.length);
        if (step.next === 'content') step = now(session.content(`${text}\r\n`));
        else step = step.next === 'response' ? session.response(text) : now(session.command(text));
        child.stdin.write(encodeReply(step.reply));
      }
    }
    await ended;
    expect(told).toMatch(/^\{/);
    expect(JSON.parse(told)).toEqual({
      ehlo: 250,
      features: ['8bitmime', 'auth', 'dsn', 'enhancedstatuscodes', 'pipelining', 'size'],
      'cram-md5': 235,
      // RFC 4954 §4: nobody logs in twice.
      plain: 503,
      login: 503,
      refused: { 'nobody@hamburger.edu': 550, 'full@hamburger.edu': 452 },
      verify: 250,
      expand: '2.1.5 <bob@hamburger.edu>\n2.1.5 <eve@elsewhere.org>',
      noop: 250,
      help: '2.0.0 Com',
      quit: 221,
    });
    expect(taken).toMatchObject([
      {
        content: 'Subject: x\r\n\r\n.dot\r\n..\r\n',
        envelope: { returned: 'HDRS', recipients: [{ address: 'bob@hamburger.edu', notify: [] }] },
      },
    ]);
  }, 30_000);
});

describe.skipIf(!tshark)('tshark', () => {
  const fields = [
    '-Y',
    'smtp',
    '-T',
    'fields',
    '-E',
    'occurrence=a',
    '-e',
    'smtp.req.command',
    '-e',
    'smtp.response.code',
    '-e',
    '_ws.expert.message',
  ];
  test.each(['classic', 'extended'] as const)('reads every command and reply of both sessions, %s', (dialect) => {
    const service = dialect === 'extended' ? ({ authentication: 'required' } as const) : {};
    const run = simulate(mailScenario({ dialect, service, steps: [aliceSends(['bob@hamburger.edu', 'nobody@hamburger.edu'])] }));
    const folder = mkdtempSync(join(tmpdir(), 'smtp-'));
    try {
      writeFileSync(join(folder, 'run.pcapng'), writePcapng(run));
      const read = (...options: string[]) =>
        execFileSync('tshark', ['-r', join(folder, 'run.pcapng'), ...options], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
          .split('\n')
          .filter((line) => line !== '');
      expect(read('-Y', '_ws.malformed || (smtp && _ws.expert.severity >= warning)')).toEqual([]);
      const words = read(...fields)
        .join('\t')
        .split(/[\t,]/);
      const count = (word: string) => words.filter((one) => one === word).length;
      expect([count('MAIL'), count('RCPT'), count('DATA'), count('QUIT')]).toEqual([2, 4, 2, 2]);
      expect([count('220'), count('354'), count('221'), count('550')]).toEqual([2, 2, 2, 1]);
      if (dialect === 'extended') expect([count('AUTH'), count('334'), count('235')]).toEqual([1, 1, 1]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

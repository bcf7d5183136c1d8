/** Clients that are not ours against our servers: poplib and imaplib of Python. Needs python3 on the machine. */
import { execFile, spawnSync } from 'node:child_process';
import { createServer, type Server, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { bytesOf, type Content } from '../../content.ts';
import { atOnce, Channel, type Process, start, type Task, wait } from '../../kernel/process.ts';
import { MemoryDisk } from '../../network/disk.ts';
import type { Connection, Host } from '../../network/host.ts';
import { imapServer } from '../imap/server.ts';
import { pop3Server } from '../pop3/server.ts';
import { accessForTests } from './access-for-tests.ts';
import { AccessTraffic } from './access-traffic.ts';
import { BOB, MESSAGES, mailboxForSessions } from './session-for-tests.ts';

const present = spawnSync('python3', ['-c', 'import poplib, imaplib']).status === 0;
const run = promisify(execFile);

/** A Host on real loopback sockets, as far as a server needs one. */
interface Loopback {
  readonly host: Host;
  /** The real port behind one that the server listens on. */
  port(wanted: number): Promise<number>;
  close(): void;
}

function loopback(): Loopback {
  const ports = new Map<number, Promise<number>>();
  const servers: Server[] = [];
  const tasks: Task[] = [];
  const host: Partial<Host> = {
    name: 'server',
    address: '127.0.0.1',
    disk: new MemoryDisk(),
    cause: -1,
    now: () => 1_000_000_000,
    narrator: { state: () => {}, note: () => {}, measure: () => {} },
    sleep: (duration) =>
      wait<void>((resume) => {
        const timer = setTimeout(resume, duration / 1_000_000).unref();
        return () => clearTimeout(timer);
      }),
    spawn: (name, process) => {
      const task = start(name, process);
      tasks.push(task as Task);
      return task;
    },
    listen: (wanted) => {
      const accepted = new Channel<Connection>();
      const server = createServer((socket) => accepted.put(connectionOf(socket)));
      servers.push(server);
      ports.set(
        wanted,
        new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))),
      );
      return atOnce(() => ({ local: { address: '127.0.0.1', port: wanted }, accept: () => accepted.take(), close: () => server.close() }));
    },
  };
  return {
    host: host as Host,
    port: (wanted) => ports.get(wanted) ?? Promise.reject(new Error(`nobody listens on ${wanted}`)),
    close: () => {
      for (const task of tasks) task.stop();
      for (const server of servers) server.close();
    },
  };
}

function connectionOf(socket: Socket): Connection {
  const arrived = new Channel<Content>();
  let ending: Connection['ending'] = null;
  socket.on('data', (data) => arrived.put(new Uint8Array(data)));
  socket.on('end', () => {
    ending = 'closed';
    arrived.close();
  });
  socket.on('error', () => {
    ending = 'reset';
    arrived.close();
  });
  const endpoint = { address: '127.0.0.1', port: 1 };
  return {
    local: endpoint,
    remote: endpoint,
    number: 0,
    get ending() {
      return ending;
    },
    read: (): Process<Content | null> => arrived.take(),
    write: (content) =>
      atOnce(() => {
        if (socket.writable) socket.write(bytesOf(content));
        return socket.writable;
      }),
    allAcknowledged: () => atOnce(() => socket.writable),
    close: () => socket.end(),
    abort: () => socket.destroy(),
  };
}

/** What the program prints, a JSON value; the real port is its argument. */
async function against(wanted: 110 | 143, program: string): Promise<unknown> {
  const { host, port, close } = loopback();
  try {
    const { logins, store } = mailboxForSessions(host);
    const surroundings = { host, service: accessForTests, logins, traffic: new AccessTraffic(host), secure: null, maximumSize: 1_000_000 };
    start('server', wanted === 110 ? pop3Server(surroundings) : imapServer(surroundings));
    const { stdout } = await run('python3', ['-c', program, String(await port(wanted))], { timeout: 30_000 });
    return [JSON.parse(stdout), store.messages(BOB).map(({ uid, flags }) => [uid, ...flags])];
  } finally {
    close();
  }
}

describe.skipIf(!present)('Python’s clients', () => {
  test('poplib reads, marks and deletes', async () => {
    const [said, left] = (await against(
      110,
      `
import poplib, json, sys
p = poplib.POP3('127.0.0.1', int(sys.argv[1]), timeout=10)
out = {'capa': sorted(p.capa())}
p.apop('bob', 'pickles')
out['stat'] = p.stat()
out['list'] = [line.decode() for line in p.list()[1]]
out['uidl'] = p.uidl(2).decode()
out['retr'] = '\\r\\n'.join(line.decode('latin-1') for line in p.retr(1)[1])
out['top'] = len(p.top(1, 1)[1])
p.dele(1)
try: p.retr(1)
except poplib.error_proto as error: out['gone'] = str(error)
p.rset(); p.dele(2)
out['quit'] = p.quit().decode()
print(json.dumps(out))
`,
    )) as [Record<string, unknown>, unknown];
    const sizes = MESSAGES.map(({ length }) => length);
    expect(said).toEqual({
      capa: ['AUTH-RESP-CODE', 'EXPIRE', 'IMPLEMENTATION', 'PIPELINING', 'RESP-CODES', 'SASL', 'TOP', 'UIDL', 'USER'],
      stat: [2, (sizes[0] as number) + (sizes[1] as number)],
      list: [`1 ${sizes[0]}`, `2 ${sizes[1]}`],
      uidl: '+OK 2 1.2',
      retr: MESSAGES[0]?.replace(/\r\n$/, ''),
      top: 6,
      gone: "b'-ERR No such message: 1'",
      quit: '+OK Goodbye, 1 deleted, 1 left',
    });
    expect(left).toEqual([[1]]);
  });

  test('imaplib goes through folders, flags, searches and literals', async () => {
    const [said, left] = (await against(
      143,
      `
import imaplib, json, sys
m = imaplib.IMAP4('127.0.0.1', int(sys.argv[1]), timeout=10)
text = lambda got: [part.decode('latin-1') if isinstance(part, bytes) else [x.decode('latin-1') for x in part] if part else part for part in got[1]]
out = {'capabilities': m.capabilities}
m.login_cram_md5('bob', 'pickles')
out['select'] = text(m.select())
out['uidvalidity'] = text(m.response('UIDVALIDITY'))
out['create'] = m.create('"Old mail/2025"')[0]
out['list'] = text(m.list())
out['search'] = text(m.search(None, 'SUBJECT', '"condiments"'))
m.literal = 'Cr\\u00eapes'.encode()
out['literal'] = text(m.search('UTF-8', 'SUBJECT'))
out['fetch'] = text(m.fetch('1', '(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])'))
out['whole'] = m.fetch('2', '(RFC822)')[1][0][1].decode('latin-1')
out['store'] = text(m.store('1', '+FLAGS', '(\\\\Flagged)'))
out['append'] = text(m.append('INBOX', '(\\\\Draft)', None, b'Subject: mine\\r\\n\\r\\nBody\\r\\n'))
out['status'] = text(m.status('INBOX', '(MESSAGES UNSEEN)'))
out['copy'] = text(m.copy('1', '"Old mail"'))
m.store('1', '+FLAGS.SILENT', '\\\\Deleted')
out['expunge'] = text(m.expunge())
out['uid'] = text(m.uid('FETCH', '2:*', '(UID)'))
try: m.select('nowhere', readonly=True) and m.fetch('1', 'FLAGS')
except imaplib.IMAP4.error as error: out['error'] = str(error)
out['logout'] = m.logout()[0]
print(json.dumps(out))
`,
    )) as [Record<string, unknown>, unknown];
    expect(said).toMatchObject({
      capabilities: expect.arrayContaining(['IMAP4REV1', 'IDLE', 'AUTH=CRAM-MD5']),
      select: ['2'],
      uidvalidity: ['1'],
      create: 'OK',
      list: ['() "/" INBOX', '() "/" "Old mail"', '() "/" "Old mail/2025"'],
      search: ['1'],
      literal: ['2'],
      fetch: [['1 (FLAGS (\\Recent) BODY[HEADER.FIELDS (SUBJECT)] {23}', 'Subject: Condiments\r\n\r\n'], ')'],
      whole: MESSAGES[1],
      store: ['1 (FLAGS (\\Flagged \\Recent))'],
      append: ['[APPENDUID 1 3] APPEND completed'],
      status: ['INBOX (MESSAGES 3 UNSEEN 2)'],
      copy: ['[COPYUID 2 1 1] COPY completed'],
      expunge: ['1'],
      uid: ['1 (UID 2)', '2 (UID 3)'],
      error: expect.stringContaining('illegal in state AUTH'),
      logout: 'BYE',
    });
    expect(left).toEqual([
      [2, '\\Seen'],
      [3, '\\Draft'],
    ]);
  });
});

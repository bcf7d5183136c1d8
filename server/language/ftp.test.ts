/** The words about FTP: text in, parts of the Scenario or diagnostics out. */
import { describe, expect, test } from 'vitest';
import type { FtpServerService, FtpSessionAction } from '../../engines/ftp/scenario.ts';
import { MINUTE, SECOND } from '../../engines/quantities.ts';
import { applyFix, compileText, markOf, readAnnotated } from './annotated-source-for-tests.ts';
import type { FileContent, FileTable } from './compilation.ts';

const files: FileTable = new Map<string, FileContent>([
  ['file:///w/real.bin', { kind: 'bytes', bytes: Uint8Array.of(0, 255, 13, 10) }],
  [
    'file:///w/tree/',
    {
      kind: 'folder',
      entries: [
        { name: 'a.txt', folder: false },
        { name: 'pub', folder: true },
        { name: '.git', folder: true },
      ],
    },
  ],
  ['file:///w/tree/pub/', { kind: 'folder', entries: [{ name: 'b é.txt', folder: false }] }],
  ['file:///w/tree/a.txt', { kind: 'bytes', bytes: Uint8Array.of(65) }],
  ['file:///w/tree/pub/b%20%C3%A9.txt', { kind: 'bytes', bytes: Uint8Array.of(66) }],
  ['file:///w/none.bin', { kind: 'unreadable', reason: 'there is no such file' }],
]);

function scenarioOf(text: string) {
  const { scenario, diagnostics } = compileText(text, files);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return scenario;
}

const server = (block: string) => scenarioOf(`ftp f ${block}`).services[0] as FtpServerService;
const action = (step: string, block = '') => scenarioOf(`host c\nftp f ${block}\n${step}`).steps[0]!.action as FtpSessionAction;

describe('a server', () => {
  test('has the files of a real folder, but for those that are declared by themselves', () => {
    const files = [
      { path: '/a.txt', source: { kind: 'size', size: 5 } },
      { path: '/pub/b \xc3\xa9.txt', source: { kind: 'octets', octets: 'B' } },
    ];
    expect(server('{ from "tree" file "a.txt" 5 B }').files).toEqual(files);
    const { diagnostics } = compileText(
      'host c\nftp f { from "gone" }\nc lists files on f',
      new Map([['file:///w/gone/', { kind: 'unreadable', reason: 'there is no such folder' }]]),
    );
    expect(diagnostics.map(({ code }) => code)).toContain('missing-file');
  });

  test('has TLS where it is said, with a certificate for its own name', () => {
    expect(server('')).toMatchObject({ tls: 'off' });
    expect(server('{ tls offered }')).toMatchObject({ tls: 'offered', certificate: { names: ['f'], flaw: null } });
    expect(server('{ tls required certificate self-signed }')).toMatchObject({
      tls: 'required',
      certificate: { names: ['f'], flaw: 'self-signed' },
    });
    expect(server('{ tls offered certificate for G.example, h.example }')).toMatchObject({
      certificate: { names: ['g.example', 'h.example'], flaw: null },
    });
  });

  test('without TLS shows no certificate', () => {
    const { diagnostics } = compileText('host c\nftp f { certificate expired }\nc lists files on f');
    expect(diagnostics.map(({ code }) => code)).toEqual(['without-effect']);
  });

  test('is asked for TLS by steps and sessions', () => {
    const block = '{ tls offered }';
    expect(action('c gets "a" from f', block)).toMatchObject({ mode: 'passive', tls: false });
    expect(action('c gets "a" from f using ftp over tls', block)).toMatchObject({ mode: 'passive', tls: true });
    expect(action('c lists files on f using ftp extended active over tls', block)).toMatchObject({ mode: 'extended active', tls: true });
    expect(action('c opens ftp session with f active over tls { pwd }', block)).toMatchObject({ mode: 'active', tls: true });
  });

  test('without a block lets anonymous users read', () => {
    expect(server('')).toMatchObject({
      host: 'f',
      greeting: 'f FTP server ready',
      users: [],
      anonymous: 'read',
      idle: 5 * MINUTE,
      attempts: 3,
      sessions: 100,
      passivePorts: null,
      passiveHost: null,
    });
  });

  test('has the users and files that are written, paths from the root', () => {
    const found = server(`{
      user "ann" password "a b" home "home/ann/" read only
      user "bob" password ""
      file "readme.txt" 12 KiB
      file "/pub/../pub//note.txt" text "é\\n"
      file "real.bin" from "real.bin"
      directory "incoming"
      space 1 MiB  idle 10 min  attempts 5  sessions 2  greeting "Hi"
      passive ports 50000-50010  passive address F
    }`);
    expect(found).toMatchObject({
      users: [
        { name: 'ann', password: 'a b', home: '/home/ann', writes: false },
        { name: 'bob', password: '', home: '/', writes: true },
      ],
      anonymous: null,
      files: [
        { path: '/readme.txt', source: { kind: 'size', size: 12288 } },
        { path: '/pub/note.txt', source: { kind: 'octets', octets: '\xc3\xa9\n' } },
        { path: '/real.bin', source: { kind: 'octets', octets: '\0\xff\r\n' } },
      ],
      directories: ['/incoming'],
      space: 1_048_576,
      idle: 10 * MINUTE,
      attempts: 5,
      sessions: 2,
      greeting: 'Hi',
      passivePorts: { first: 50_000, last: 50_010 },
      passiveHost: 'f',
    });
  });

  test.each<[string, FtpServerService['anonymous']]>([
    ['{ anonymous read user "a" password "b" }', 'read'],
    ['{ anonymous write }', 'write'],
    ['{ anonymous off }', null],
  ])('%s', (block, anonymous) => expect(server(block).anonymous).toBe(anonymous));
});

describe('a step is a session', () => {
  const login = { user: 'anonymous', password: 'user@c' };
  test.each<[string, Partial<FtpSessionAction>]>([
    [
      'c gets "a", "b/c" from f',
      {
        ...login,
        mode: 'passive',
        type: 'binary',
        operations: [
          { kind: 'get', path: 'a', as: null, resume: false, abortAfter: null },
          { kind: 'get', path: 'b/c', as: null, resume: false, abortAfter: null },
        ],
      },
    ],
    ['c gets "a" from f using ftp', { mode: 'passive' }],
    [
      'c gets "a" from f using ftp extended active { resume on type ascii as "x" }',
      { mode: 'extended active', type: 'ascii', operations: [{ kind: 'get', path: 'a', as: 'x', resume: true, abortAfter: null }] },
    ],
    [
      'c puts "a" to f { size 3 B }',
      { operations: [{ kind: 'put', how: 'store', path: 'a', as: null, resume: false, source: { kind: 'size', size: 3 } }] },
    ],
    ['c puts "a" to f', { operations: [{ kind: 'put', how: 'store', path: 'a', as: null, resume: false, source: null }] }],
    [
      'c appends "a" to f { from "real.bin" as "log" }',
      {
        operations: [{ kind: 'put', how: 'append', path: 'a', as: 'log', resume: false, source: { kind: 'octets', octets: '\0\xff\r\n' } }],
      },
    ],
    ['c lists files on f using ftp active', { mode: 'active', operations: [{ kind: 'list', how: 'list', path: null }] }],
    ['c lists files in "pub" on f', { operations: [{ kind: 'list', how: 'list', path: 'pub' }] }],
    ['c renames "a" to "b" on f', { operations: [{ kind: 'rename', path: 'a', to: 'b' }] }],
    [
      'c deletes "a", "b" on f',
      {
        operations: [
          { kind: 'delete', path: 'a' },
          { kind: 'delete', path: 'b' },
        ],
      },
    ],
    ['c makes directory "a" on f', { operations: [{ kind: 'make directory', path: 'a' }] }],
    ['c removes directory "a" on f', { operations: [{ kind: 'remove directory', path: 'a' }] }],
    ['c gets "a" from f { user "x" password "y" }', { user: 'x', password: 'y' }],
  ])('%s', (step, wanted) => expect(action(step)).toMatchObject({ kind: 'ftp.session', host: 'c', server: 'f', lookup: false, ...wanted }));

  test('of operations in the order in which they are written, whatever their kinds', () => {
    const { operations } = action(`c opens ftp session with f active {
      list  get "a" resuming  pwd
      cd "pub"
      put "b" text "x" as "c" uniquely
      get "big" abort after 2 s
      up
      list in "x"
      say "FEAT"
      type ascii
      get "a" as "b"
      wait 10 s
      size "a"
    }`);
    expect(operations.map((one) => ('path' in one && one.path !== null ? `${one.kind} ${one.path}` : one.kind))).toEqual([
      'list',
      'get a',
      'working directory',
      'change directory pub',
      'put b',
      'get big',
      'directory above',
      'list x',
      'command',
      'type',
      'get a',
      'wait',
      'size a',
    ]);
    expect(operations[1]).toMatchObject({ resume: true });
    expect(operations[4]).toMatchObject({ how: 'unique', as: 'c', source: { octets: 'x' } });
    expect(operations[5]).toMatchObject({ abortAfter: 2 * SECOND });
  });

  test('by the server’s first user, where it lets no anonymous ones in', () => {
    expect(action('c gets "a" from f', '{ user "ann" password "s" user "bob" password "t" }')).toMatchObject({
      user: 'ann',
      password: 's',
    });
  });

  test('with a lookup of the server’s address, where its name lies in a zone', () => {
    const { steps } = scenarioOf('zone x.org on ns.x.org\nhost c\nftp ftp.x.org\nc gets "a" from ftp.x.org');
    expect(steps[0]!.action).toMatchObject({ lookup: true });
  });

  test('of each host of a range', () => {
    const { steps } = scenarioOf('host c[1..3]\nftp f\nc[1..3] gets "a" from f');
    expect(steps.map(({ action }) => (action.kind === 'ftp.session' ? action.host : action.kind))).toEqual(['together', 'c1', 'c2', 'c3']);
  });
});

test('expectations name files by their path from the root', () => {
  const { expectations } = scenarioOf(
    'host c\nftp f\nexpect file "a/b" on f >= 3 kB\nexpect file "a" on c is the same as "/a" on f\nexpect no file "x" on c',
  );
  expect(expectations.map(({ expected }) => expected)).toEqual([
    { kind: 'ftp.file', host: 'f', path: '/a/b', comparison: '>=', size: 3000 },
    { kind: 'ftp.same-file', host: 'c', path: '/a', otherHost: 'f', otherPath: '/a' },
    { kind: 'ftp.no-file', host: 'c', path: '/x' },
  ]);
});

describe('what is wrong', () => {
  test.each([
    ['a server twice', 'ftp f\nftp F\n    ^ duplicate-declaration: FTP server `f`'],
    ['a user twice', 'ftp f {\n  user "a" password "b"\n  user "a" password "c"\n       ^^^ duplicate-declaration: User `a`\n}'],
    ['a file twice', 'ftp f {\n  file "a" 1 kB\n  file "/a" 2 kB\n       ^^^^ duplicate-declaration: File `/a`\n}'],
    ['a file that is the root', 'ftp f { file "/" 1 kB }\n             ^^^ malformed-path: root directory'],
    ['a path that is empty', 'host c\nftp f\nc gets "" from f\n       ^^ malformed-path: it is empty'],
    ['a path with a line end', 'host c\nftp f\nc gets "a\\nb" from f\n       ^^^^^^ malformed-path: line end'],
    ['a host without a server', 'host c, d\nc gets "a" from d\n                ^ not-an-ftp-server: `d` runs no FTP server.'],
    ['several files with one name', 'host c\nftp f\nc gets "a", "b" from f { as "x" }\n                            ^^^ one-name: 2 files'],
    [
      'a file that holds two things',
      'host c\nftp f\nc puts "a" to f { size 1 kB text "x" }\n                            ^^^^^^^^ duplicate-property: one thing',
    ],
    ['a real file that is not there', 'ftp f { file "a" from "none.bin" }\n                      ^^^^^^^^^^ missing-file'],
    ['a size without a unit', 'ftp f { file "a" 12 }\n                 ^^ missing-unit'],
    [
      'a command that opens data connections',
      'host c\nftp f\nc opens ftp session with f { say "RETR a" }\n                                 ^^^^^^^^ malformed-command: `RETR` is not said as it stands',
    ],
    [
      'two commands in one',
      'host c\nftp f\nc opens ftp session with f { say "NOOP\\nQUIT" }\n                                 ^^^^^^^^^^^^ malformed-command: one line',
    ],
    ['a session without a block', 'host c\nftp f\nc opens ftp session with f\n                          | expected'],
    [
      'an unknown operation',
      'host c\nftp f\nc opens ftp session with f { fetch "a" }\n                             ^^^^^ unknown-property',
    ],
    [
      'an unknown mode',
      'host c\nftp f\nc gets "a" from f using ftp pasive\n                            ^^^^^^ expected: Did you mean `passive`?',
    ],
    [
      'what no step transfers',
      'host c\nftp f\nc gets "a" from f\nexpect goodput of c to f > 1 Mbps\n^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ nothing-to-measure: Did you mean goodput of `f` to `c`?',
    ],
  ])('%s', (_what, annotated) => {
    const { text, marks, messages } = readAnnotated(annotated);
    const found = compileText(text, files).diagnostics.filter(({ severity }) => severity !== 'hint');
    expect(found.map((diagnostic) => markOf(text, diagnostic))).toEqual(marks);
    messages.forEach((message, i) => {
      if (message !== null) expect(found[i]!.message).toContain(message);
    });
  });

  test('a missing server is declared by a fix', () => {
    const text = 'host c, d\nc gets "a" from d';
    const [diagnostic] = compileText(text).diagnostics;
    expect(applyFix(text, diagnostic!)).toBe('host c, d\nftp d\nc gets "a" from d');
  });

  test('what a broken server statement would have declared is not reported again', () => {
    const { diagnostics } = compileText('host c\nftp f { file "a" }\nc gets "a" from f');
    expect(diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual(['expected']);
  });
});

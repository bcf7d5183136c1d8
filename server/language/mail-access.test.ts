import { describe, expect, test } from 'vitest';
import type { AccessService } from '../../engines/mail/mailbox/scenario.ts';
import { compileText } from './annotated-source-for-tests.ts';
import type { FileTable } from './compilation.ts';

const HEAD = `host pc, phone
zone x.org on ns.x.org { @ MX 10 mail.x.org }
mailbox ann@x.org, bob@x.org on mail.x.org { password "secret" }
`;

/** The actions of the steps. */
function actions(text: string, files: FileTable = new Map()): unknown[] {
  const { scenario, diagnostics } = compileText(HEAD + text, files);
  expect(diagnostics.filter(({ severity }) => severity !== 'hint')).toEqual([]);
  return scenario.steps.map(({ action }) => action);
}

const problems = (text: string): string[] =>
  compileText(HEAD + text)
    .diagnostics.filter(({ severity }) => severity !== 'hint')
    .map(({ message }) => message);

describe('reading', () => {
  test('is by IMAP where nothing is said, with the mailbox’s own password', () => {
    expect(actions('pc reads mail of bob@x.org')).toEqual([
      {
        kind: 'mail.read',
        host: 'pc',
        server: 'mail.x.org',
        address: 'bob@x.org',
        user: 'bob@x.org',
        password: 'secret',
        security: 'clear',
        proof: 'password',
        protocol: 'imap',
        keep: false,
        folder: 'INBOX',
        preview: null,
      },
    ]);
  });

  test.each<[string, object]>([
    ['pc reads mail of bob@x.org using pop3 { keep }', { protocol: 'pop3', keep: true }],
    ['pc reads mail of bob@x.org using pop3 { delete }', { protocol: 'pop3', keep: false }],
    ['pc reads mail of bob@x.org using pop3 { preview 5 lines user "bob" login by apop }', { preview: 5, user: 'bob', proof: 'apop' }],
    ['pc reads mail of bob@x.org { folder "inbox/old" password "w\u00f6rd" }', { folder: 'INBOX/old', password: 'w\xc3\xb6rd' }],
    ['mailserver mail.x.org { tls offered }\npc reads mail of bob@x.org over tls', { security: 'tls' }],
    ['mailserver mail.x.org { tls offered }\npc reads mail of bob@x.org using imap over starttls', { security: 'starttls' }],
  ])('%s', (text, expected) => {
    expect(actions(text).at(-1)).toMatchObject(expected);
  });

  test.each<[string, string]>([
    ['pc reads mail of zacharias@y.org', 'There is no mailbox `zacharias@y.org`. Declare it by a `mailbox` line.'],
    ['pc reads mail of bob@x.org over tls', '`mail.x.org` has no TLS: let its `mailserver` block say `tls offered` or `tls required`.'],
    [
      'mailserver mail.x.org { access imap }\npc reads mail of bob@x.org using pop3',
      '`mail.x.org` does not speak POP3: it has `access imap`.',
    ],
    ['mailserver mail.x.org { access none }\npc reads mail of bob@x.org', '`mail.x.org` does not speak IMAP: it has `access none`.'],
    ['pc reads mail of bob@x.org { keep }', '`keep` is for POP3: by IMAP, mail stays on the server.'],
    ['pc reads mail of bob@x.org using pop3 { keep delete }', 'Mail is kept on the server, or deleted; not both.'],
    ['pc reads mail of bob@x.org using pop3 { folder "a" }', 'POP3 knows no folders: it reads INBOX.'],
    [
      'pc reads mail of bob@x.org { folder "a//b" }',
      'A folder’s name has up to 255 characters, levels between slashes, and no *, % or control characters.',
    ],
  ])('%s', (text, message) => {
    expect(problems(text)).toEqual([message]);
  });
});

describe('sessions', () => {
  test('are what their lines say, in their order', () => {
    const text = `pc opens pop3 session for bob@x.org {
  stat
  retrieve 2
  top 1 with 5 lines
  list
  delete 2
  say "NOOP"
  wait 1 s
  undelete
  uidl
  hang up
}`;
    expect(actions(text)).toMatchObject([
      {
        kind: 'mail.pop3',
        operations: [
          { kind: 'status' },
          { kind: 'retrieve', message: 2 },
          { kind: 'top', message: 1, lines: 5 },
          { kind: 'list' },
          { kind: 'delete', message: 2 },
          { kind: 'command', line: 'NOOP' },
          { kind: 'wait', duration: 1e9 },
          { kind: 'undelete' },
          { kind: 'unique-ids' },
          { kind: 'hang up' },
        ],
      },
    ]);
  });

  test('of IMAP, too', () => {
    const text = `pc opens imap session for bob@x.org {
  create "Archive"
  select "inbox"
  fetch "1:*" "(FLAGS BODY.PEEK[HEADER.FIELDS (Subject)])"
  search "UNSEEN FROM ann"
  mark "1" deleted
  unmark "1:2" seen
  move "2" to "Archive"
  append to "Archive" subject "Hi" body "There" draft
  list
  lsub "%"
  idle 5 s
  expunge
}`;
    expect(actions(text)).toMatchObject([
      {
        kind: 'mail.imap',
        operations: [
          { kind: 'create', folder: 'Archive' },
          { kind: 'select', folder: 'INBOX' },
          { kind: 'fetch', messages: '1:*', what: '(FLAGS BODY.PEEK[HEADER.FIELDS (Subject)])' },
          { kind: 'search', what: 'UNSEEN FROM ann' },
          { kind: 'store', messages: '1', how: 'add', flags: ['\\Deleted'] },
          { kind: 'store', messages: '1:2', how: 'remove', flags: ['\\Seen'] },
          { kind: 'move', messages: '2', to: 'Archive' },
          { kind: 'append', folder: 'Archive', flags: ['\\Draft'], message: { subject: 'Hi', body: 'There' } },
          { kind: 'list', subscribed: false, pattern: '*' },
          { kind: 'list', subscribed: true, pattern: '%' },
          { kind: 'idle', duration: 5e9 },
          { kind: 'expunge' },
        ],
      },
    ]);
  });

  test.each<[string, string]>([
    ['pc opens imap session for bob@x.org { fetch "0" "FLAGS" }', 'Messages are given by numbers, such as "1", "1:3" or "2:*".'],
    [
      'pc opens imap session for bob@x.org { fetch "1" "FLAG" }',
      'This cannot be said to an IMAP server: a set of messages and what to fetch are expected.',
    ],
    ['pc opens imap session for bob@x.org { search "BLUE" }', 'This cannot be said to an IMAP server: a search key is expected.'],
    ['pc opens imap session for bob@x.org { say "IDLE" }', '`IDLE` is not said as it stands: other lines of the block are for it.'],
    ['pc opens imap session for bob@x.org { say "LOGIN a {3}" }', 'A literal is not said as it stands.'],
    ['pc opens pop3 session for bob@x.org { say "RETR 1" }', '`RETR` is not said as it stands: other lines of the block are for it.'],
  ])('%s', (text, message) => {
    expect(problems(text)).toEqual([message]);
  });
});

test('guesses come from a file, one in a line, or are written down', () => {
  const bytes = new TextEncoder().encode('123456\r\nsecret\n\np\u00e4sswort\n');
  const files: FileTable = new Map([['file:///w/words.txt', { kind: 'bytes', bytes }]]);
  expect(
    actions('phone guesses password of bob@x.org using pop3 from "words.txt" { every 1 s stop after 1 h user "bob" }', files),
  ).toMatchObject([
    { kind: 'mail.guess', host: 'phone', user: 'bob', words: ['123456', 'secret', 'p\xc3\xa4sswort'], interval: 1e9, limit: 3600e9 },
  ]);
  expect(actions('phone guesses password of bob@x.org among "a", "b"')).toMatchObject([
    { protocol: 'imap', words: ['a', 'b'], interval: 0, limit: null },
  ]);
});

test('a mail server says what it does against guessing', () => {
  const { scenario } = compileText(
    `${HEAD}mailserver mail.x.org { access pop3 attempts 5 failed login waits 5 s lock after 10 for 1 h login delay 30 s tls required certificate expired }`,
  );
  expect(scenario.services.filter((one): one is AccessService => one.kind === 'mail.access')).toMatchObject([
    {
      host: 'mail.x.org',
      protocols: ['pop3'],
      tls: 'required',
      certificate: { flaw: 'expired' },
      logins: { delay: 5e9, perConnection: 5, lockOut: { after: 10, time: 3600e9 } },
      loginDelay: 30e9,
    },
  ]);
});

test('folders and devices are expected to hold messages', () => {
  const { scenario } = compileText(`${HEAD}pc reads mail of bob@x.org
expect folder "Archive" of bob@x.org has at least 2 unread messages
expect copy of bob@x.org on pc has 1 message`);
  expect(scenario.expectations.map(({ expected }) => expected)).toEqual([
    { kind: 'mail.folder', address: 'bob@x.org', folder: 'Archive', set: [], unset: ['\\Seen'], comparison: '>=', messages: 2 },
    { kind: 'mail.copy', address: 'bob@x.org', host: 'pc', comparison: '=', messages: 1 },
  ]);
});

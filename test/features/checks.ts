/**
 * What the language server does for whoever writes a scenario, as one list: it is run in both extension hosts of VS Code, and
 * over plain standard input and output, as any other editor would talk to it. stdio.test.ts holds the methods that it makes
 * clients and server exchange against the table of docs/language-server.md: no feature that we say we have is left out.
 *
 * The cursor stands at `|` in one of the texts. An answer is a list of lines: places read `file:line:from-to`, both from 0, with
 * the cell in brackets where the file is a notebook.
 */

export interface CheckedFile {
  /** One that ends with `.md` is a notebook. */
  readonly name: string;
  /** The cells of a notebook, or the one text of a file. */
  readonly texts: readonly string[];
  /** It lies there and is not open. */
  readonly closed?: boolean;
}

export type Question =
  | 'definition'
  | 'references'
  | 'highlights'
  | 'symbols'
  | 'format'
  /** The text once the cursor's line has been laid out. */
  | 'format line'
  | 'tokens'
  /** Of the cursor's line alone. */
  | 'tokens of the line'
  | 'folds'
  | 'selections'
  | 'hints'
  | 'signature'
  | 'links'
  /** What stands above a line of code, and can be clicked: the line, and the title. */
  | 'lenses'
  | 'incoming'
  | 'outgoing'
  | 'completion'
  | 'hover'
  | 'problems'
  /** Codes of the problems, each with the page of reference, and the part of it, that the code leads to. */
  | 'codes'
  /** Titles of the quick fixes at the cursor; one that an editor may apply without asking is `preferred`. */
  | 'fixes'
  /** The text once each error, the first one first, has been mended by its quick fix. */
  | 'mended'
  /** A text that is written into the empty document; words in «…» are taken from the list of completion. */
  | { readonly written: string }
  /** The texts once the quick fix of that title, offered at the cursor, has been applied. */
  | { readonly fixed: string }
  /** The text once it was laid out behind a character that has just been typed in front of the cursor. */
  | { readonly typed: string }
  /** Problems once the first file, which is closed, has another text on disk. */
  | { readonly onDisk: string }
  /** Hints once the first file, which is closed, has another text on disk, and the server has had the editor ask again, where that can. */
  | { readonly hintsOnDisk: string }
  /** Problems once that cell of the notebook is gone. */
  | { readonly withoutCell: number }
  /** Problems once the cursor's cell and the one above it have changed places. */
  | 'problems once moved up'
  /** Hints once one kind of them is turned off in the settings. */
  | { readonly turnedOff: string }
  /** Colours once a text stands at the cursor, by what has changed since the last time. */
  | { readonly recoloured: string }
  /** What is told when problems are asked for twice: `full` with the codes, `unchanged`. */
  | 'pulled twice'
  /** Codes of the problems once the server has had the editor ask again, since the first document has that text. */
  | { readonly askedAgain: string }
  /** What becomes of a request that is taken back at once. */
  | 'cancelled'
  | { readonly rename: string }
  | { readonly find: string };

export interface Check {
  readonly name: string;
  readonly files: readonly CheckedFile[];
  readonly ask: Question;
  /** The whole answer; where `some` is set, lines that are in it. */
  readonly answer: readonly string[];
  readonly some?: boolean;
  /** It is the first thing that is asked when the files have been opened. */
  readonly early?: boolean;
  /** Why the extension hosts are not asked: what the editor itself does there, and lets no extension do. */
  readonly overStreams?: string;
}

const file = (name: string, text: string): CheckedFile => ({ name, texts: [text] });

export const checks: readonly Check[] = [
  {
    name: 'a problem is underlined',
    files: [file('problem.netscenario', '|host alice\nalise crashes\n')],
    ask: 'problems',
    answer: ['problem.netscenario:1:0-5'],
  },
  {
    name: 'completion offers what is declared, and words that can stand there',
    files: [file('complete.netscenario', 'host alice\nexpect bounces of |\n')],
    ask: 'completion',
    answer: ['alice'],
    some: true,
  },
  {
    name: 'completion offers the files that fit where one is named',
    files: [
      { name: 'shared-world.netscenario', texts: ['host bob\n'], closed: true },
      { name: 'shared-lines.csv', texts: ['duration_ms,bandwidth_kbps\n1000,500\n'], closed: true },
      file('naming.netscenario', 'import "|"\n'),
    ],
    ask: 'completion',
    answer: ['shared-world.netscenario'],
    some: true,
  },
  {
    name: 'and in a cell, beside the notebook',
    files: [
      { name: 'shared-lines.csv', texts: ['duration_ms,bandwidth_kbps\n1000,500\n'], closed: true },
      { name: 'naming.netscenario.md', texts: ['host a', 'host b { trace "sh|" }'] },
    ],
    ask: 'completion',
    answer: ['shared-lines.csv'],
    some: true,
  },
  {
    name: 'hover tells about a name',
    files: [file('hover.netscenario', 'host al|ice { address 10.9.9.9 }\n')],
    ask: 'hover',
    answer: ['**Host** `alice`, 10.9.9.9'],
    some: true,
  },
  {
    name: 'definition leads to another cell',
    files: [{ name: 'define.netscenario.md', texts: ['host alice', 'host bob', 'al|ice crashes'] }],
    ask: 'definition',
    answer: ['define.netscenario.md[0]:0:5-10'],
  },
  {
    name: 'definition leads into an imported file',
    files: [
      { name: 'world.netscenario', texts: ['host bob\nhost alice\n'], closed: true },
      file('importing.netscenario', 'import "world.netscenario"\nal|ice crashes\n'),
    ],
    ask: 'definition',
    answer: ['world.netscenario:1:5-10'],
  },
  {
    name: 'references are those of all cells, in records too',
    files: [
      {
        name: 'refer.netscenario.md',
        texts: ['host mail.x.org', 'zone x.org on ns.x.org { @ MX 10 mail }', 'host a\na resolves mail|.x.org'],
      },
    ],
    ask: 'references',
    answer: ['refer.netscenario.md[0]:0:5-15', 'refer.netscenario.md[1]:0:33-37', 'refer.netscenario.md[2]:1:11-21'],
  },
  {
    name: 'a name is highlighted where it stands in the document',
    files: [{ name: 'high.netscenario.md', texts: ['host a', 'a| crashes\nhost b\nthen a crashes'] }],
    ask: 'highlights',
    answer: ['high.netscenario.md[1]:0:0-1', 'high.netscenario.md[1]:2:5-6'],
  },
  {
    name: 'within an alternative, hover tells what it declares',
    files: [file('worlds.netscenario', 'alternative near { host a }\nalternative far { host b\n  b| crashes }\n')],
    ask: 'hover',
    answer: ['**Host** `b`, 10.0.0.1'],
    some: true,
  },
  {
    name: 'within an alternative, definition leads to its own declaration',
    files: [file('own.netscenario', 'alternative near { host a }\nalternative far { host a\n  a| crashes }\n')],
    ask: 'definition',
    answer: ['own.netscenario:1:23-24'],
  },
  {
    name: 'what an alternative imports is renamed from within it',
    files: [
      file('far.netscenario', 'host b\nzone x.org on b { www A 10.0.0.9 }\n'),
      file('both.netscenario', 'alternative near { host a }\nalternative far { import "far.netscenario"\n  b| resolves www.x.org }\n'),
    ],
    ask: { rename: 'c' },
    answer: [
      'both.netscenario alternative near { host a }\nalternative far { import "far.netscenario"\n  c resolves www.x.org }\n',
      'far.netscenario host c\nzone x.org on c { www A 10.0.0.9 }\n',
    ],
  },
  {
    name: 'a declaration in an alternative is found by its name',
    files: [file('inner.netscenario', '|alternative near { host a }\nalternative far { host quite-rare-name }\n')],
    ask: { find: 'qterare' },
    answer: ['quite-rare-name'],
  },
  {
    name: 'a mail server is renamed in a notebook of five cells',
    files: [
      {
        name: 'five.netscenario.md',
        texts: [
          'zone x.org on ns.x.org { @ MX 10 mail.x.org }',
          'mailserver mail.x.org { greeting "x" }',
          'mailbox ann@x.org, bob@x.org on mail.x.org',
          'host pc\npc sends mail from ann@x.org to bob@x.org via mail.x.org',
          'expect bounces of mail|.x.org = 0',
        ],
      },
    ],
    ask: { rename: 'out.x.org' },
    answer: [
      'five.netscenario.md[0] zone x.org on ns.x.org { @ MX 10 out.x.org }',
      'five.netscenario.md[1] mailserver out.x.org { greeting "x" }',
      'five.netscenario.md[2] mailbox ann@x.org, bob@x.org on out.x.org',
      'five.netscenario.md[3] host pc\npc sends mail from ann@x.org to bob@x.org via out.x.org',
      'five.netscenario.md[4] expect bounces of out.x.org = 0',
    ],
  },
  {
    name: 'a host is renamed in the file that declares it and in one that imports that',
    files: [file('common.netscenario', 'host al|ice\n'), file('user.netscenario', 'import "common.netscenario"\nalice crashes\n')],
    ask: { rename: 'carol' },
    answer: ['common.netscenario host carol\n', 'user.netscenario import "common.netscenario"\ncarol crashes\n'],
  },
  {
    name: 'a name that is taken is refused, with the reason',
    files: [file('taken.netscenario', 'host a|\nhost b\n')],
    ask: { rename: 'b' },
    answer: ['refused: `b` is declared already (line 2).'],
  },
  {
    name: 'the outline',
    files: [file('outline.netscenario', '|scenario "T"\nhost a, b\ntogether {\n  a crashes\n}\n')],
    ask: 'symbols',
    answer: ['scenario "T"', 'a', 'b', 'together', '  a crashes'],
  },
  {
    name: 'a declaration is found by its name',
    files: [file('found.netscenario', '|host very-rare-name\n')],
    ask: { find: 'vryrare' },
    answer: ['very-rare-name'],
  },
  {
    name: 'a document is laid out',
    files: [file('loose.netscenario', '|host   a  ,b // c\nhost d{up 5 Mbps\n}\n')],
    ask: 'format',
    answer: ['host a, b // c\nhost d {\n  up 5 Mbps\n}\n'],
  },
  {
    name: 'a cell is laid out, and ends as it did',
    files: [{ name: 'cell.netscenario.md', texts: ['host a', '|host   b'] }],
    ask: 'format',
    answer: ['host b'],
  },
  {
    name: 'a line is laid out, and no other',
    files: [file('line.netscenario', 'host   a\nhost   |b\nhost   c\n')],
    ask: 'format line',
    answer: ['host   a\nhost b\nhost   c\n'],
  },
  {
    name: 'a block is laid out when its brace is typed',
    files: [file('brace.netscenario', 'host   a\nhost d {\n  up 5 Mbps\n      }|\n')],
    ask: { typed: '}' },
    answer: ['host   a\nhost d {\n  up 5 Mbps\n}\n'],
  },
  {
    name: 'a line is laid out when it is ended',
    files: [file('ended.netscenario', 'host   a\nhost   b\n|host   c\n')],
    ask: { typed: '\n' },
    answer: ['host   a\nhost b\nhost   c\n'],
  },
  {
    name: 'colours tell names from words',
    files: [file('colours.netscenario', '|host a\na crashes // soon\n')],
    ask: 'tokens',
    answer: ['keyword host', 'variable a', 'variable a', 'keyword crashes', 'comment // soon'],
  },
  {
    name: 'colours of what is in sight alone',
    files: [file('sight.netscenario', 'host a\na |crashes\nhost c\n')],
    ask: 'tokens of the line',
    answer: ['variable a', 'keyword crashes'],
  },
  {
    name: 'colours follow an edit',
    files: [file('recoloured.netscenario', 'host a\n|a crashes\nhost c // 💥 x\n')],
    ask: { recoloured: '// 💥 ' },
    answer: ['keyword host', 'variable a', 'comment // 💥 a crashes', 'keyword host', 'variable c', 'comment // 💥 x'],
    overStreams: 'VS Code asks for differences when it paints; its command for colours asks for all of them',
  },
  {
    name: 'blocks and comments can be folded',
    files: [file('fold.netscenario', '|// a\n// b\nhost c {\n  up 5 Mbps\n}\n')],
    ask: 'folds',
    answer: ['0-1', '2-3'],
  },
  {
    name: 'a selection grows',
    files: [file('select.netscenario', 'host a { up 5 M|bps }\n')],
    ask: 'selections',
    answer: ['Mbps', '5 Mbps', 'up 5 Mbps'],
    some: true,
  },
  {
    name: 'hints show what was filled in, and what values come to',
    files: [file('hints.netscenario', '|let n = 2 * 3\nhost a\n')],
    ask: 'hints',
    answer: ['0:13 = 6', '1:6 address 10.0.0.1'],
  },
  {
    name: 'hints know what is imported, however early they are asked for',
    files: [
      { name: 'shown.netscenario', texts: ['host bob\n'], closed: true },
      file('early.netscenario', '|import "shown.netscenario"\nhost alice\n'),
    ],
    ask: 'hints',
    answer: ['1:10 address 10.0.0.2'],
    early: true,
  },
  {
    name: 'hints follow a file that changes on disk',
    files: [
      { name: 'late.netscenario', texts: ['host bob\n'], closed: true },
      file('later.netscenario', '|import "late.netscenario"\nhost alice\n'),
    ],
    ask: { hintsOnDisk: 'host bob, carol\n' },
    answer: ['1:10 address 10.0.0.3'],
  },
  {
    name: 'hints of a kind can be turned off',
    files: [file('quiet.netscenario', '|let n = 2 * 3\nhost a\n')],
    ask: { turnedOff: 'values' },
    answer: ['1:6 address 10.0.0.1'],
  },
  {
    name: 'a file can be run from its title',
    files: [file('run.netscenario', '|// a\nscenario "T"\nhost a\n')],
    ask: 'lenses',
    answer: ['1 Run'],
    some: true,
  },
  {
    name: 'the form of a statement is shown while it is written',
    files: [file('form.netscenario', 'mailbox |')],
    ask: 'signature',
    answer: ['mailbox ADDRESS, … on HOST [{ … }]'],
  },
  {
    name: 'what is imported can be opened, and a standard read',
    files: [
      { name: 'led.netscenario', texts: ['host b\n'], closed: true },
      file('links.netscenario', '|import "led.netscenario" // RFC 1035 §5\n'),
    ],
    ask: 'links',
    answer: ['0:8-23 led.netscenario', '0:28-39 https://www.rfc-editor.org/rfc/rfc1035#section-5'],
  },
  {
    name: 'a host leads to the steps that it has a part in',
    files: [{ name: 'calls.netscenario.md', texts: ['host a|', 'a crashes'] }],
    ask: 'incoming',
    answer: ['a crashes'],
  },
  {
    name: 'a zone leads to its delegations',
    files: [file('zones.netscenario', 'zone o|rg on ns.org\nzone x.org on ns.x.org\n')],
    ask: 'outgoing',
    answer: ['x.org'],
  },
  {
    name: 'a problem has a code',
    files: [file('code.netscenario', '|alise crashes\n')],
    ask: 'codes',
    answer: ['unknown-host language.md#unknown-host'],
  },
  {
    name: 'a file that changes on disk is read again',
    files: [
      { name: 'disk.netscenario', texts: ['host alice\n'], closed: true },
      file('reading.netscenario', 'import "disk.netscenario"\n|alice crashes\n'),
    ],
    ask: { onDisk: 'host bob\n' },
    answer: ['reading.netscenario:1:0-5'],
  },
  {
    name: 'and for a notebook',
    files: [
      { name: 'shared.netscenario', texts: ['host alice\n'], closed: true },
      { name: 'reading.netscenario.md', texts: ['import "shared.netscenario"', '|alice crashes'] },
    ],
    ask: { onDisk: 'host bob\n' },
    answer: ['reading.netscenario.md[1]:0:0-5'],
  },
  {
    name: 'what a cell declared is unknown when the cell is gone',
    files: [{ name: 'gone.netscenario.md', texts: ['host alice', 'host bob', 'bob crashes\n|alice crashes'] }],
    ask: { withoutCell: 0 },
    answer: ['gone.netscenario.md[2]:1:0-5'],
  },
  {
    name: 'what a cell declares is unknown in a cell that is moved above it',
    files: [{ name: 'moved.netscenario.md', texts: ['host alice', '|alice crashes'] }],
    ask: 'problems once moved up',
    answer: ['moved.netscenario.md[1]:0:0-5'],
  },
  {
    name: 'problems that are as they were are not told again',
    files: [file('pulled.netscenario', '|alise crashes\n')],
    ask: 'pulled twice',
    answer: ['full: unknown-host', 'unchanged'],
    overStreams: 'the extension has problems pushed: those of all cells of a notebook come at once',
  },
  {
    name: 'problems are asked for again when another file has changed',
    files: [file('elsewhere.netscenario', 'host alice\n'), file('again.netscenario', 'import "elsewhere.netscenario"\n|alice crashes\n')],
    ask: { askedAgain: 'host bob\n' },
    answer: ['unknown-host'],
    overStreams: 'the extension has problems pushed',
  },
  {
    name: 'what is not wanted any more is not answered',
    files: [file('cancelled.netscenario', 'host a|\n')],
    ask: 'cancelled',
    answer: ['refused: Cancelled before it was begun.'],
    overStreams: 'VS Code takes requests back by itself, and tells nobody',
  },
  {
    name: 'quick fixes are offered where the problem is',
    files: [file('fix.netscenario', 'host alice\n|alise crashes\n')],
    ask: 'fixes',
    answer: ['Change to `alice`, preferred', 'Declare host `alise`'],
  },
  {
    name: 'a quick fix that is chosen is applied',
    files: [file('chosen.netscenario', 'host alice\n|alise crashes\n')],
    ask: { fixed: 'Declare host `alise`' },
    answer: ['host alice\nhost alise\nalise crashes\n'],
  },
  {
    name: 'a quick fix in a cell mends another cell',
    files: [{ name: 'mend.netscenario.md', texts: ['host alice', '|alise crashes'] }],
    ask: 'mended',
    answer: ['host alice', 'alice crashes'],
  },
  {
    name: 'a declaration moves up to the cell that uses it',
    files: [{ name: 'move.netscenario.md', texts: ['|a crashes', 'host a'] }],
    ask: 'mended',
    answer: ['host a\na crashes', ''],
  },
  {
    name: 'a whole scenario is written with words from the list, and holds',
    files: [file('empty.netscenario', '|')],
    ask: {
      written: [
        '«scenario» "A letter"',
        '«zone» crepes.fr «on» ns.crepes.fr «{»\n  «@» «MX» 10 mail.crepes.fr\n}',
        '«zone» hamburger.edu «on» ns.hamburger.edu «{»\n  «@» «MX» 10 mail.hamburger.edu\n}',
        '«mailbox» alice@crepes.fr «on» mail.crepes.fr',
        '«mailbox» bob@hamburger.edu «on» mail.hamburger.edu',
        '«host» alice-pc «{»\n  «up» 5 «Mbps»\n  «latency» 20 «ms»\n}',
        '«at» 5 «s» «alice-pc» «sends» «mail» «from» «alice@crepes.fr» «to» «bob@hamburger.edu» «{»\n  «subject» "Condiments"\n}',
        '«expect» «mailbox» «bob@hamburger.edu» «has» 1 «message»',
        '«expect» «delivery» «time» «of» «alice@crepes.fr» «to» «bob@hamburger.edu» «<» 5 «s»',
        '«show» «sequence»\n',
      ].join('\n'),
    },
    answer: [
      `scenario "A letter"
zone crepes.fr on ns.crepes.fr {
  @ MX 10 mail.crepes.fr
}
zone hamburger.edu on ns.hamburger.edu {
  @ MX 10 mail.hamburger.edu
}
mailbox alice@crepes.fr on mail.crepes.fr
mailbox bob@hamburger.edu on mail.hamburger.edu
host alice-pc {
  up 5 Mbps
  latency 20 ms
}
at 5 s alice-pc sends mail from alice@crepes.fr to bob@hamburger.edu {
  subject "Condiments"
}
expect mailbox bob@hamburger.edu has 1 message
expect delivery time of alice@crepes.fr to bob@hamburger.edu < 5 s
show sequence
`,
    ],
  },
  {
    name: 'a description that is written down as it comes is led to a scenario, error by error',
    files: [
      file(
        'described.netscenario',
        `|scenario Mail from Alice to Bob
host alice-pc { up 5 Mbit }
zone crepes.fr at ns.crepes.fr { @ MX mail.crepes.fr }
zone hamburger.edu on ns.hamburger.edu { @ MX 10 mail.hamburger.edu }
mailserver mail.crepes.fr
mailsever mail.hamburger.edu
mailbox alice@crepes.fr on mail.crepes.fr
mailbox bob@hamburger.edu on mail.hamburger.edu
at 5 alice-pc sends mail from alice@crepes.fr to bob@hamburger.edu { subject Condiments }
bob-pc reads mail of bob@hamburger.edu using pop
expect mailbox bob@hamburger.edu has 1 messages
`,
      ),
    ],
    ask: 'mended',
    answer: [
      `scenario "Mail from Alice to Bob"
host alice-pc { up 5 Mbps }
host bob-pc
zone crepes.fr on ns.crepes.fr { @ MX 10 mail.crepes.fr }
zone hamburger.edu on ns.hamburger.edu { @ MX 10 mail.hamburger.edu }
mailserver mail.crepes.fr
mailserver mail.hamburger.edu
mailbox alice@crepes.fr on mail.crepes.fr
mailbox bob@hamburger.edu on mail.hamburger.edu
at 5 s alice-pc sends mail from alice@crepes.fr to bob@hamburger.edu { subject "Condiments" }
bob-pc reads mail of bob@hamburger.edu using pop3
expect mailbox bob@hamburger.edu has 1 messages
`,
    ],
  },
  {
    name: 'completion goes on above what is broken',
    files: [file('above.netscenario', 'host alice\nali|\nhost bob { upp 5\nlink alice <->\nexpect\n')],
    ask: 'completion',
    answer: ['alice', 'host', 'expect'],
    some: true,
  },
  {
    name: 'and within it',
    files: [file('within.netscenario', 'host alice\nlink alice <-> |\nhost bob { upp 5\nzone x.org on ns.x.org\nexpect\n')],
    ask: 'completion',
    answer: ['alice', 'bob', 'ns.x.org'],
    some: true,
  },
  {
    name: 'and below it',
    files: [file('below.netscenario', 'host alice { upp 5\nlink alice <->\nexpect\nhost bob\nbob |\n')],
    ask: 'completion',
    answer: ['crashes', 'sends', 'resolves'],
    some: true,
  },
];

/** A text with words in «…», as pieces: what is typed, and what is taken from the list. */
export const piecesOf = (written: string): readonly { readonly text: string; readonly taken: boolean }[] =>
  [...written.matchAll(/«([^»]*)»|[^«]+/g)].map(([whole, word]) => ({ text: word ?? whole, taken: word !== undefined }));

/** A check with the cursor taken out: where it stood. */
export interface Cursor {
  readonly file: number;
  readonly text: number;
  readonly line: number;
  readonly character: number;
}

export function withoutCursor({ files }: Check): { readonly files: readonly CheckedFile[]; readonly cursor: Cursor } {
  for (const [file, { texts }] of files.entries()) {
    for (const [text, marked] of texts.entries()) {
      const offset = marked.indexOf('|');
      if (offset < 0) continue;
      const before = marked.slice(0, offset);
      const cursor = { file, text, line: before.split('\n').length - 1, character: offset - before.lastIndexOf('\n') - 1 };
      const plain = files.map((one, i) =>
        i === file ? { ...one, texts: one.texts.map((each, j) => (j === text ? each.replace('|', '') : each)) } : one,
      );
      return { files: plain, cursor };
    }
  }
  throw new Error('no cursor in the texts');
}

/** What a place is called: `a.netscenario:1:5-10`, `n.netscenario.md[0]:0:5-10`. */
export const placeName = (document: string, line: number, from: number, to: number): string => `${document}:${line}:${from}-${to}`;

/** What is wrong with an answer; null where it is as it should be. */
export function complaint({ answer, some }: Check, given: readonly string[]): string | null {
  const told = `got ${JSON.stringify(given)}`;
  if (some) {
    const absent = answer.filter((line) => !given.some((one) => one === line || one.startsWith(line)));
    return absent.length === 0 ? null : `expected ${JSON.stringify(absent)} in it, ${told}`;
  }
  return JSON.stringify(given) === JSON.stringify(answer) ? null : `expected ${JSON.stringify(answer)}, ${told}`;
}

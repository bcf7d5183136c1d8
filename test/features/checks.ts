/**
 * What the language server does for whoever writes a scenario, as one list: it is run in both extension hosts of VS Code, and
 * over plain standard input and output, as any other editor would talk to it.
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
  | 'tokens'
  | 'folds'
  | 'selections'
  | 'hints'
  | 'signature'
  | 'links'
  | 'incoming'
  | 'outgoing'
  | 'completion'
  | 'hover'
  | 'problems'
  /** Codes of the problems, each with the part of the page of reference that explains it, where the editor names one. */
  | 'codes'
  /** Titles of the quick fixes at the cursor. */
  | 'fixes'
  /** The text once each error, the first one first, has been mended by its quick fix. */
  | 'mended'
  /** A text that is written into the empty document; words in «…» are taken from the list of completion. */
  | { readonly written: string }
  | { readonly rename: string }
  | { readonly find: string };

export interface Check {
  readonly name: string;
  readonly files: readonly CheckedFile[];
  readonly ask: Question;
  /** The whole answer; where `some` is set, lines that are in it. */
  readonly answer: readonly string[];
  readonly some?: boolean;
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
    name: 'colours tell names from words',
    files: [file('colours.netscenario', '|host a\na crashes // soon\n')],
    ask: 'tokens',
    answer: ['keyword host', 'variable a', 'variable a', 'keyword crashes', 'comment // soon'],
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
    answer: ['unknown-host'],
  },
  {
    name: 'quick fixes are offered where the problem is',
    files: [file('fix.netscenario', 'host alice\n|alise crashes\n')],
    ask: 'fixes',
    answer: ['Change to `alice`', 'Declare host `alise`'],
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

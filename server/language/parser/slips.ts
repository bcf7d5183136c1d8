/**
 * Slips that people make time and again, each with what to say about it and how to mend it: habits from other languages, and
 * words left out. Where none fits, `messages` lists what could stand there.
 */
import type { TextRange } from '../compilation.ts';
import type { Entry, Property } from '../entry.ts';
import { form, helpful, type State } from '../pattern.ts';
import { isRecordType } from '../record-types.ts';
import { TokenKind } from '../scanner.ts';
import { nearest } from '../spelling.ts';
import type { SlotSyntax, Statement, SyntaxFix } from '../syntax.ts';
import { unitNamed } from '../units.ts';
import { propertyAutomaton, statementAutomaton } from '../vocabulary.ts';
import { fileAsTorrent } from './bittorrent-slips.ts';
import { clientCommand, modeWithoutProtocol, olderName, otherProtocol, serverSetting } from './ftp-slips.ts';
import { otherTraffic, portBehindColon, portWithoutTransport, propertyOfTheOther } from './middlebox-slips.ts';
import { type Reading, replacement } from './reading.ts';
import { canStart } from './slots.ts';
import { metricCutShort, otherVerb, wordInTwo } from './verb-slips.ts';
import { pathWithoutQuotes, textAsFile, uriAsPath, uriAsWebsite } from './web-slips.ts';

/** A place where the parser cannot go on. */
export interface Impasse {
  readonly state: State<Entry | Property>;
  /** What was read of the statement or property. */
  readonly node: Statement;
  /** The statement in whose block the property stands. */
  readonly blockOf: Entry | null;
  readonly reading: Reading;
  /** The current token, when it is of the statement; null where that has ended. */
  readonly found: string | null;
  /** The slot that was read last. */
  readonly last: SlotSyntax | null;
}

export interface Slip {
  readonly range: TextRange;
  readonly code: string;
  readonly message: string;
  readonly fixes: readonly SyntaxFix[];
}

const token = ({ reading: { scanner } }: Impasse): TextRange => ({ start: scanner.start, end: scanner.end });
const removal = (range: TextRange): SyntaxFix => ({
  title: 'Take it away',
  edits: [{ start: range.start, end: range.end, text: '' }],
  preferred: true,
});
const insertion = (at: number, text: string): SyntaxFix => ({
  title: `Insert \`${text.trim()}\``,
  edits: [{ start: at, end: at, text }],
  preferred: true,
});
const wordBefore = ({ reading: { text, scanner } }: Impasse): string =>
  /[^\s"]*$/.exec(text.slice(Math.max(0, scanner.previousEnd - 80), scanner.previousEnd))![0];
const formOf = ({ state }: Impasse): string => {
  const items = helpful<Entry | Property>(state.reaches);
  return items.length === 1 ? `: \`${form(items[0]!)}\`.` : '.';
};

/** The first of them that fits. */
export function slipAt(impasse: Impasse): Slip | null {
  for (const slip of slips) {
    const found = slip(impasse);
    if (found) return found;
  }
  return null;
}

const slips: readonly ((impasse: Impasse) => Slip | null)[] = [
  uriAsWebsite,
  uriAsPath,
  pathWithoutQuotes,
  textAsFile,
  emptyLabel,
  separator,
  commentSign,
  timeWithoutAt,
  stepWithoutSubject,
  timingWithoutTime,
  twoTimings,
  timingBehind,
  wordInTwo,
  partitionHeals,
  sendsData,
  sendsMail,
  assignmentWithoutLet,
  comparisonWord,
  reversedSign,
  equalsSign,
  fileAsTorrent,
  quotedName,
  textWithoutQuotes,
  unitBehindWord,
  nameLeftOut,
  otherVerb,
  metricCutShort,
  wordLeftOut,
  listWithAnd,
  typeBeforeName,
  otherProtocol,
  modeWithoutProtocol,
  olderName,
  clientCommand,
  serverSetting,
  blockWithoutBraces,
  portWithoutTransport,
  otherTraffic,
  portBehindColon,
  propertyOfTheOther,
];

/** `a..b` */
function emptyLabel({ found, last, reading: { scanner, text } }: Impasse): Slip | null {
  if (found !== '..' || last?.kind !== 'name' || last.end !== scanner.start) return null;
  const [run] = /^[A-Za-z0-9._-]*/.exec(text.slice(last.start, last.start + 300))!;
  const range = { start: last.start, end: last.start + run.length };
  return {
    range,
    code: 'malformed-name',
    message: `\`${run}\` has an empty label: one dot stands between two labels (RFC 1035 §2.3.1).`,
    fixes: [replacement(range, run.replace(/\.{2,}/g, '.'))],
  };
}

function commentSign(impasse: Impasse): Slip | null {
  const { reading, node, found } = impasse;
  if (reading.scanner.start !== node.start || !(found === '#' || found === ';' || found === '-')) return null;
  const sign = /^(#+|;+|--+)/.exec(reading.text.slice(node.start, node.start + 10))?.[0];
  if (!sign) return null;
  const range = { start: node.start, end: node.start + sign.length };
  return {
    range,
    code: 'unknown-statement',
    message: `A comment begins with \`//\`, not with \`${sign}\`.`,
    fixes: [replacement(range, '//')],
  };
}

function timeWithoutAt(impasse: Impasse): Slip | null {
  const { reading, node, blockOf } = impasse;
  if (blockOf || reading.scanner.kind !== TokenKind.number || reading.scanner.start !== node.start) return null;
  const message = 'No statement begins with a number. The time of a step is written `at 5 s`, a wait `after 5 s`.';
  return { range: token(impasse), code: 'unknown-statement', message, fixes: [insertion(node.start, 'at ')] };
}

/** What hosts do. */
const verbs = (): ReadonlyMap<string, unknown> => statementAutomaton.slots[0]!.to.words;

function stepWithoutSubject({ state, node }: Impasse): Slip | null {
  const { HOST } = node.slots;
  if (state !== statementAutomaton.slots[0]?.to || HOST?.kind !== 'name' || HOST.start !== node.start || !verbs().has(HOST.text))
    return null;
  return {
    range: HOST,
    code: 'unknown-statement',
    message: `Who does it? The host stands in front of the verb: \`HOST ${HOST.text} …\`.`,
    fixes: [],
  };
}

/** `at pc crashes`: the host was taken for the time, and the verb for the host. */
function timingWithoutTime({ node, reading }: Impasse): Slip | null {
  const { HOST, TIME, DELAY, INTERVAL } = node.slots;
  const time = TIME ?? DELAY ?? INTERVAL;
  if (HOST?.kind !== 'name' || time?.kind !== 'parameter' || !verbs().has(HOST.text)) return null;
  const word = TIME ? 'at' : DELAY ? 'after' : 'every';
  const range = { start: time.start, end: time.end };
  const host = reading.text.slice(time.start, time.end);
  return {
    range,
    code: 'expected',
    message: `A time is missing behind \`${word}\`: write \`${word} 5 s ${host} ${HOST.text}\`.`,
    fixes: [insertion(time.start, '5 s ')],
  };
}

/** `at 5 s then pc crashes`, `then at 5 s pc crashes`: the second word was taken for the host. */
function twoTimings({ node, reading }: Impasse): Slip | null {
  const { HOST, TIME, DELAY } = node.slots;
  if (HOST?.kind !== 'name' || HOST.end !== reading.scanner.previousEnd) return null;
  const first = TIME ? 'at' : DELAY ? 'after' : reading.text.slice(node.start, HOST.start).trim();
  const pair = [first, HOST.text];
  if (!pair.includes('then') || !pair.some((word) => word === 'at' || word === 'after')) return null;
  const then = first === 'then' ? { start: node.start, end: HOST.start } : { start: HOST.start, end: reading.scanner.start };
  return { range: HOST, code: 'expected', message: `\`${first}\` or \`${HOST.text}\`, not both.`, fixes: [removal(then)] };
}

/** `pc crashes at 5 s`. */
function timingBehind({ state, found, node, blockOf, reading }: Impasse): Slip | null {
  const { TIME, DELAY, INTERVAL } = node.slots;
  const entry = state.accepts as Entry | null;
  if (blockOf || !(found === 'at' || found === 'after') || entry?.role !== 'step' || TIME || DELAY || INTERVAL) return null;
  const { start, previousEnd } = reading.scanner;
  const timing = /^(?:(?!\/[/*])[^\n{}])*/.exec(reading.text.slice(start, start + 60))![0].trimEnd();
  if (!/^\w+ +[\d.]+ *\w+$/.test(timing) || reading.text.slice(node.start, start).startsWith('then')) return null;
  const end = start + timing.length;
  return {
    range: { start, end },
    code: 'expected',
    message: `\`${timing}\` stands in front of the step.`,
    fixes: [
      {
        title: 'Put it in front',
        edits: [
          { start: node.start, end: node.start, text: `${timing} ` },
          { start: previousEnd, end, text: '' },
        ],
        preferred: true,
      },
    ],
  };
}

/** `partition heals`: the verb was taken for a host. */
function partitionHeals({ node, found, reading }: Impasse): Slip | null {
  const { A } = node.slots;
  if (found !== null || A?.kind !== 'list') return null;
  const words = /partition\s+heals?$/.exec(reading.text.slice(node.start, A.end));
  if (!words) return null;
  const range = { start: node.start + words.index, end: A.end };
  return {
    range,
    code: 'expected',
    message: 'All partitions heal together: did you mean `partitions heal`?',
    fixes: [replacement(range, 'partitions heal')],
  };
}

/** `pc sends 10 MB to server`: how many, of what is counted, has no unit. */
function sendsData({ node, reading }: Impasse): Slip | null {
  const { N } = node.slots;
  if (N?.kind !== 'quantity' || N.unit === null) return null;
  const before = /\bsends\s+$/.exec(reading.text.slice(node.start, N.start));
  if (!before) return null;
  const start = node.start + before.index;
  const range = { start, end: start + 'sends'.length };
  return {
    range,
    code: 'expected',
    message: 'A host `sends` mail; of plain data, it `transfers` some: `HOST transfers SIZE to RECEIVER`.',
    fixes: [replacement(range, 'transfers')],
  };
}

/** `pc sends email from …`, `pc sends a mail`: what is sent was taken for a number of messages. */
function sendsMail({ node, last, reading }: Impasse): Slip | null {
  if (last?.kind !== 'parameter' || last !== node.slots.N || !/\bsends\s+$/.test(reading.text.slice(node.start, last.start))) return null;
  const [written, word] = /^(?:an?\s+)?([\w-]+)/.exec(reading.text.slice(last.start, last.start + 80)) ?? [];
  if (!written || !word) return null;
  const known = ['mail', 'webmail', 'bitmessage'];
  const meant = known.includes(word) ? word : (nearest(word, known) ?? (/^(e-?mails?|messages?|mails)$/.test(word) ? 'mail' : undefined));
  if (!meant) return null;
  const range = { start: last.start, end: last.start + written.length };
  return { range, code: 'expected', message: `Did you mean \`sends ${meant}\`?`, fixes: [replacement(range, meant)] };
}

function assignmentWithoutLet({ found, node, state, blockOf }: Impasse): Slip | null {
  const { HOST } = node.slots;
  if (found !== '=' || blockOf || state !== statementAutomaton.slots[0]?.to || HOST?.kind !== 'name' || HOST.start !== node.start)
    return null;
  return {
    range: HOST,
    code: 'unknown-statement',
    message: `A parameter is declared by \`let\`: \`let ${HOST.text} = …\`.`,
    fixes: [insertion(HOST.start, 'let ')],
  };
}

function separator(impasse: Impasse): Slip | null {
  const { found, blockOf, node, reading } = impasse;
  if (!blockOf || reading.scanner.start !== node.start || !(found === ',' || found === ';')) return null;
  const range = token(impasse);
  return {
    range,
    code: 'unknown-property',
    message: `Properties stand side by side, without \`${found}\` between them.`,
    fixes: [removal(range)],
  };
}

/** `latency = 20 ms`, `latency: 20 ms`, `x == 5 ms`. */
function equalsSign(impasse: Impasse): Slip | null {
  const { found, state, node, reading } = impasse;
  if (!(found === '=' || found === ':') || state.slots.length === 0 || state.accepts || reading.scanner.start === node.start) return null;
  const range = token(impasse);
  const before = wordBefore(impasse);
  const message = before.endsWith('=')
    ? 'One `=` is enough.'
    : `The value stands right behind \`${before}\`, without \`${found}\`${formOf(impasse)}`;
  return { range, code: 'expected', message, fixes: [removal(range)] };
}

function comparisonWord(impasse: Impasse): Slip | null {
  const { found, state } = impasse;
  const range = token(impasse);
  for (const [written, meant] of [
    ['is', '='],
    ['=', 'is'],
    ['=', 'has'],
  ] as const) {
    if (found !== written || !state.words.has(meant) || state.words.has(written)) continue;
    return {
      range,
      code: 'expected',
      message: `Write \`${meant}\` here instead of \`${written}\`${formOf(impasse)}`,
      fixes: [replacement(range, meant)],
    };
  }
  return null;
}

/** `=>` and `=<`: the first of the two was taken for the comparison. */
function reversedSign(impasse: Impasse): Slip | null {
  const { found, reading } = impasse;
  const { start, end, previousEnd } = reading.scanner;
  if (!(found === '>' || found === '<') || previousEnd !== start || !wordBefore(impasse).endsWith('=')) return null;
  const range = { start: start - 1, end };
  return { range, code: 'expected', message: `Did you mean \`${found}=\`?`, fixes: [replacement(range, `${found}=`)] };
}

function quotedName(impasse: Impasse): Slip | null {
  const { found, reading, state } = impasse;
  if (found === null || reading.scanner.kind !== TokenKind.text || !state.slots.some(({ slot }) => slot.form === 'name')) return null;
  const range = token(impasse);
  const name = found.replace(/^"+|"+$/g, '');
  const fixes = /^[\w.@-]+$/.test(name) ? [replacement(range, name)] : [];
  return { range, code: 'expected', message: `A name stands without quotes${formOf(impasse)}`, fixes };
}

/** `scenario My title`: the first word was taken for a parameter. */
function textWithoutQuotes({ last, state, node, reading }: Impasse): Slip | null {
  const item = state.accepts ?? state.reaches[0];
  if (last?.kind !== 'parameter' || !item) return null;
  const name = Object.keys(node.slots).find((key) => node.slots[key] === last)!;
  if (item.slots[name]?.dimension !== 'text') return null;
  const line = /^[^\n{}"]*/.exec(reading.text.slice(last.start, last.start + 500))![0].trimEnd();
  const range = { start: last.start, end: last.start + line.length };
  return {
    range,
    code: 'expected',
    message: `A text stands in quotes: \`"${line.length > 60 ? '…' : line}"\`.`,
    fixes: [replacement(range, `"${line}"`)],
  };
}

function unitBehindWord({ found, last, reading }: Impasse): Slip | null {
  if (found === null || last?.kind !== 'parameter' || !unitNamed.has(found)) return null;
  return {
    range: { start: last.start, end: reading.scanner.end },
    code: 'expected',
    message: `A unit stands behind a number in digits: \`5 ${found}\`. A parameter brings its own unit.`,
    fixes: [],
  };
}

/** `zone on ns.y.org`: the word was taken for the name in front of it. */
function nameLeftOut(impasse: Impasse): Slip | null {
  const { state, last, reading } = impasse;
  const [word] = state.words.keys();
  if (state.words.size !== 1 || !word || last?.kind === undefined) return null;
  const text = reading.text.slice(last.start, last.end);
  if (text !== word) return null;
  const range = { start: last.start, end: last.end };
  return { range, code: 'expected', message: `Something is missing before \`${word}\`${formOf(impasse)}`, fixes: [] };
}

/** The one word that must come is missing, and what follows it is there: `mail from ann@x.org bob@x.org`. */
function wordLeftOut(impasse: Impasse): Slip | null {
  const { state, found, node, blockOf, reading } = impasse;
  // `{ work 1 }`: not a property of this block.
  if (blockOf && reading.scanner.start === node.start) return null;
  if (found === null || state.words.size !== 1 || state.slots.length > 0 || state.accepts) return null;
  const [edge] = state.words.values();
  const { kind } = reading.scanner;
  if (!edge) return null;
  if (kind === TokenKind.symbol && /^\W/.test(edge.word) && found !== '{') {
    const sign = /^[^\s\w{}"]+/.exec(reading.text.slice(reading.scanner.start, reading.scanner.start + 8))![0];
    const range = { start: reading.scanner.start, end: reading.scanner.start + sign.length };
    return { range, code: 'expected', message: `Write \`${edge.word}\` here${formOf(impasse)}`, fixes: [replacement(range, edge.word)] };
  }
  if (!edge.to.slots.some(({ slot }) => canStart(slot, reading)) || edge.to.words.size > 0) return null;
  // `answer of pc is …`: more is missing than the one word.
  if (state.reaches.some(({ pattern }) => pattern.split(/[\s[\]()|]+/).includes(found))) return null;
  // `mail fro`: the word is being typed, or mistyped.
  if (edge.word.startsWith(found) || nearest(found, [edge.word])) return null;
  // `to bob@x.org from ann@x.org`: the word is there, only later.
  const rest = /^[^\n{}]*/.exec(reading.text.slice(reading.scanner.end, reading.scanner.end + 200))![0];
  if (rest.split(/\s+/).includes(edge.word)) return null;
  // `replaces "a" with "b"`: one preposition stands for the other.
  if (/^(as|at|by|for|from|in|of|on|to|using|via|with)$/.test(found)) {
    const message = `Write \`${edge.word}\` here instead of \`${found}\`${formOf(impasse)}`;
    return { range: token(impasse), code: 'expected', message, fixes: [replacement(token(impasse), edge.word)] };
  }
  const message = `\`${edge.word}\` is missing before \`${found}\`${formOf(impasse)}`;
  return { range: token(impasse), code: 'expected', message, fixes: [insertion(reading.scanner.start, `${edge.word} `)] };
}

function listWithAnd(impasse: Impasse): Slip | null {
  const { found, last, node, state } = impasse;
  const item = state.accepts ?? state.reaches[0];
  const name = Object.keys(node.slots).find((key) => node.slots[key] === last);
  if (!(found === 'and' || found === '&') || name === undefined || item?.slots[name]?.count !== 'list') return null;
  const range = { start: last!.end, end: impasse.reading.scanner.end };
  return {
    range: token(impasse),
    code: 'expected',
    message: `In a list stands a comma instead of \`${found}\`.`,
    fixes: [{ ...replacement(range, ','), title: 'Change to a comma' }],
  };
}

function typeBeforeName(impasse: Impasse): Slip | null {
  const { found, last, state } = impasse;
  if (found === null || last?.kind !== 'name' || !isRecordType(last.text) || !state.slots.some(({ slot }) => slot.form === 'record-type'))
    return null;
  const range = { start: last.start, end: impasse.reading.scanner.end };
  return {
    range,
    code: 'expected',
    message: `The type stands behind the name: \`${found} ${last.text}\`.`,
    fixes: [replacement(range, `${found} ${last.text}`)],
  };
}

function blockWithoutBraces({ state, found, node, blockOf, reading }: Impasse): Slip | null {
  const entry = state.accepts as Entry | null;
  if (found === null || blockOf || !entry?.properties || node.braces || !propertyAutomaton(entry).words.has(found)) return null;
  const { start } = reading.scanner;
  const line = /^[^\n{}]*/.exec(reading.text.slice(start, start + 500))![0].trimEnd();
  const closed = reading.text.startsWith('}', start + /^[^\n{}]*/.exec(reading.text.slice(start, start + 500))![0].length);
  return {
    range: { start, end: start + line.length },
    code: 'expected',
    message: `Properties stand in braces: \`{ ${line.length > 60 ? '…' : line} }\`.`,
    fixes: [
      {
        title: 'Put braces around it',
        edits: [
          { start, end: start, text: '{ ' },
          ...(closed ? [] : [{ start: start + line.length, end: start + line.length, text: ' }' }]),
        ],
        preferred: true,
      },
    ],
  };
}

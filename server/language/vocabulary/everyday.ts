/**
 * Which steps and expectations are of everyday use. Completion and messages list words in the order of the automaton's table;
 * among a hundred of them, those that most scenarios use come first.
 */
import type { Entry } from '../entry.ts';

/** Identities of entries, in the order of use: those that begin a family's first lesson, then what follows from them. */
export const everyday: readonly string[] = [
  'send',
  'read mail',
  'browse',
  'resolve',
  'transfer',
  'download',
  'play',
  'stream',
  'get',
  'put',
  'request',
  'crash',
  'restart',
  'disconnect',
  'expect mailbox',
  'expect delivery time',
  'expect answer',
  'expect lookup time',
  'expect page load time',
  'expect response time',
  'expect transfer time',
  'expect goodput',
  'expect download time',
  'expect completion time',
  'expect startup delay',
  'expect rebuffering time',
  'expect queries',
  'expect cache hit ratio',
  'expect web cache hit ratio',
  'expect cdn hit ratio',
  'expect STATISTIC lookup time',
];

/** The table with its steps of hosts and its expectations in the order of use, on the places where such stand; all others where they are. */
export function everydayFirst(entries: readonly Entry[]): readonly Entry[] {
  const rank = new Map(everyday.map((id, i) => [id, i]));
  const rankOf = ({ id }: Entry): number => rank.get(id) ?? everyday.length;
  const ranked = (belongs: (entry: Entry) => boolean): Iterator<Entry> =>
    entries
      .filter(belongs)
      .sort((a, b) => rankOf(a) - rankOf(b))
      .values();
  const verbs = ranked(isOfHost);
  const expectations = ranked(isExpectation);
  return entries.map((entry) => {
    if (isOfHost(entry)) return verbs.next().value!;
    return isExpectation(entry) ? expectations.next().value! : entry;
  });
}

/** A step that a host begins, `HOST sends …`. */
const isOfHost = ({ role, shown }: Entry): boolean => role === 'step' && shown.startsWith('HOST ');
const isExpectation = ({ role }: Entry): boolean => role === 'expectation';

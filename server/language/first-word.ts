/**
 * A line whose first word begins no statement.
 *
 * Theory of operation: the parser takes such a word for the host that a step begins with, since a tree depends on its text
 * alone. What to say where no verb follows depends on the declarations: of a host, that it has no such verb; else, that the
 * word is unknown. So the parser's own message waits, with the word, until all hosts are known.
 */
import type { SourceRange } from '../../engines/scenario.ts';
import type { Code } from './codes.ts';
import type { TextRange } from './compilation.ts';
import { hostNames } from './hosts.ts';
import type { FixInput, Program } from './program.ts';
import { nearest, oneOf } from './spelling.ts';
import type { FirstWord, SyntaxProblem } from './syntax.ts';
import { statementAutomaton, vocabulary } from './vocabulary.ts';

/** Reports the problems that waited; once all hosts are known, those that the language fills in among them. */
export function reportFirstWords(program: Program): void {
  program.sources.forEach(({ tree }, source) => {
    for (const problem of tree.problems) if (problem.firstWord) reportFirstWord(problem, problem.firstWord, source, program);
  });
}

function reportFirstWord(problem: SyntaxProblem, word: FirstWord, source: number, program: Program): void {
  const { text, asVerb } = word;
  const key = text.toLowerCase();
  const host = program.hosts.get(key);
  const at: SourceRange = { source, start: word.start, end: word.end };
  const isBelow = host?.at ? program.sources[host.at.source]!.cell > program.sources[source]!.cell : false;
  if (isBelow || (!host && (program.incomplete || program.isFull(source) || program.isExcused(key)))) {
    const { start, end, code, message, fixes, severity } = problem;
    program.report(code as Code, { source, start, end }, message, { fixes, severity });
    return;
  }
  if (host || program.fillIn?.names().has(key)) {
    if (host) host.used = true;
    const message = asVerb.isWord ? `Host \`${text}\` has no verb \`${asVerb.text}\`. ${asVerb.help}` : asVerb.message;
    program.report('expected', { source, start: asVerb.start, end: asVerb.end }, message, {
      fixes: asVerb.meant === null ? [] : changes(asVerb, [asVerb.meant]),
    });
    return;
  }
  const statement = nearest(text, statementAutomaton.words.keys());
  if (statement) {
    const message = `\`${text}\` begins no statement. Did you mean \`${statement}\`?`;
    program.report('unknown-statement', at, message, { fixes: changes(word, [statement]) });
    return;
  }
  const owners = ownersOf(text);
  if (owners.length > 0 && endingIn(text).length === 0) {
    program.report(
      'unknown-statement',
      at,
      `\`${text}\` stands in the block of ${oneOf(owners.map(quoted))}.${text === 'wait' ? ' Before a step, a wait is written `after 5 s`.' : ''}`,
    );
    return;
  }
  const meant = meantBy(text, program);
  const guess = meant.length > 0 ? ` Did you mean ${oneOf(meant.map(quoted))}?` : '';
  program.report('unknown-statement', at, `\`${text}\` is neither a statement nor a declared host.${guess}`, {
    fixes: changes(word, meant),
  });
}

const quoted = (word: string): string => `\`${word}\``;

/** The host that is spelt nearly so, or the statements whose word ends so: `server` for `mailserver`. */
function meantBy(text: string, program: Program): string[] {
  const host = nearest(text, hostNames(program));
  if (host) return [host];
  return endingIn(text);
}

function endingIn(text: string): string[] {
  return text.length < 4 ? [] : [...statementAutomaton.words.keys()].filter((word) => word.endsWith(text.toLowerCase()));
}

/** The first words of the statements whose block has this property. */
function ownersOf(property: string): string[] {
  const owners = new Set<string>();
  for (const { shown, properties } of vocabulary) {
    if (!Object.values(properties ?? {}).some((one) => one.pattern.split(' ')[0] === property)) continue;
    // Of a step, the verb.
    const word = /[a-z]+/.exec(shown)?.[0];
    if (word) owners.add(word);
  }
  return [...owners];
}

function changes({ start, end }: TextRange, words: readonly string[]): FixInput[] {
  return words.map((word) => ({
    title: `Change to \`${word}\``,
    edits: [{ start, end, text: word }],
    ...(words.length === 1 ? { preferred: true } : {}),
  }));
}

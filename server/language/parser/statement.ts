/**
 * Statements, and the blocks within them.
 *
 * Theory of operation: for each statement the parser walks the automaton of the vocabulary: a word edge when the token is
 * that word, else a slot edge when the token can begin such a slot. It never goes back, so the time is linear. The
 * properties of a block are read the same way, with the automaton of that block.
 */
import { type Entry, holdsStatements, type Property, type Slots } from '../entry.ts';
import { form, type State, type WordEdge } from '../pattern.ts';
import { TokenKind } from '../scanner.ts';
import { Statement } from '../syntax.ts';
import { propertyAutomaton, statementAutomaton } from '../vocabulary.ts';
import { reportUnexpected, reportUnit } from './messages.ts';
import type { Reading } from './reading.ts';
import { placeOfRecords, records } from './records.ts';
import { atUnindentedStatement, atUnindentedStep, giveUp, reportUnclosed, skipBlock } from './recovery.ts';
import { canStart, slotSyntax } from './slots.ts';

/** Blocks within blocks go this deep. */
const MAXIMUM_DEPTH = 64;

/** Behind a host's name, which may have an index: a verb. */
const BEHIND_HOST = /^(?:\[[^\]\n]*\])?[ \t]+([a-z]+)(?![\w.@-])/;
/** How far that is looked for. */
const MAXIMUM_VERB = 80;

/** Reads the statement that begins at the current token. */
export function statement(start: State<Entry>, reading: Reading): Statement {
  const { scanner } = reading;
  const node = new Statement(scanner.start);
  const state = walk(start, node, reading);
  node.headEnd = node.end = Math.max(node.start, scanner.previousEnd);
  if (!state) {
    giveUp(node, reading);
    return node;
  }
  if (scanner.kind === TokenKind.end) reading.stop({ states: [state] });
  const entry = state.accepts;
  if (!entry) {
    node.entry = state.reaches.length === 1 ? state.reaches[0]! : null;
    reportUnexpected(state, node, reading);
    giveUp(node, reading);
    return node;
  }
  node.entry = entry;
  const opens = reading.at('{') && !scanner.newline;
  if (opens && entry.block !== 'none') {
    node.complete = block(entry, node, reading);
    node.end = scanner.previousEnd;
    // Behind its brace, nothing.
    if (!reading.unwinding) reading.stop({});
  } else if (entry.blockRequired) {
    if (!reading.ended() && propertyAutomaton(entry).words.has(scanner.slice())) reportUnexpected(state, node, reading);
    else reading.report({ start: node.headEnd, end: node.headEnd }, 'expected', `Expected { here: \`${form(entry)}\`.`);
    giveUp(node, reading);
    return node;
  } else node.complete = true;
  if (!reading.unwinding && !reading.ended()) {
    if (opens && entry.block === 'none')
      reading.report(scanner, 'no-block', `\`${form(entry)}\` takes no block: nothing goes between braces here.`);
    else reportUnexpected(state, node, reading);
    node.complete = false;
    giveUp(node, reading);
  }
  return node;
}

/**
 * Follows edges as far as the tokens go; null when a slot was begun and is broken (the problem is reported). Within a block a
 * slot that can be left out takes no word that begins the next property.
 */
function walk<P extends Entry | Property>(start: State<P>, node: Statement, reading: Reading, inBlock = false): State<P> | null {
  const { scanner } = reading;
  let state = start;
  for (let first = true; first || !reading.ended(); first = false) {
    const { kind } = scanner;
    if (kind !== TokenKind.text && state.words.size > 0) {
      const edge = wordEdge(state, reading);
      if (edge && !namesHost(edge, state, reading)) {
        for (const { slot, value } of edge.captures) {
          node.slots[slot] = { kind: 'word', start: scanner.start, end: scanner.end, value };
        }
        state = edge.to;
        scanner.next();
        continue;
      }
    }
    if (inBlock && state.accepts && kind === TokenKind.word && wordEdge(start, reading)) break;
    let edge = null;
    for (const candidate of state.slots) {
      if (canStart(candidate.slot, reading)) {
        edge = candidate;
        break;
      }
    }
    if (!edge) break;
    const value = slotSyntax(edge.slot, edge.to, reading);
    if (!value) {
      const { begun } = reading;
      if (begun.length > 0) node.slots[edge.name] = { kind: 'list', start: begun[0]!.start, end: scanner.previousEnd, items: begun };
      node.entry = (state.reaches.length === 1 ? state.reaches[0]! : null) as Entry | null;
      return null;
    }
    node.slots[edge.name] = value;
    state = edge.to;
  }
  return state;
}

/**
 * `seed crashes`: a word that begins statements stands for a host of that name, where a verb follows that only a host can have
 * before it. The words of time, of expectations and views, and those that a host or a new name follows, stand for themselves.
 */
function namesHost<P extends Entry | Property>({ to }: WordEdge<P>, { slots }: State<P>, { scanner, text }: Reading): boolean {
  const host = slots.find(({ name }) => name === 'HOST');
  if (!host || to.slots.some(({ slot }) => /^(?:new-.*|host)$/.test(slot.meaning))) return false;
  // A word that says when a step happens leads to those of hosts.
  if (to.reaches.some((item) => 'HOST' in item.slots || ('role' in item && /^(?:expectation|view)$/.test(item.role)))) return false;
  const [, verb] = BEHIND_HOST.exec(text.slice(scanner.end, scanner.end + MAXIMUM_VERB)) ?? [];
  return verb !== undefined && host.to.words.has(verb) && !to.words.has(verb);
}

function wordEdge<P>(state: State<P>, { scanner, text }: Reading): WordEdge<P> | undefined {
  if (!state.fewWords) return state.words.get(scanner.slice());
  const length = scanner.end - scanner.start;
  for (const edge of state.fewWords) if (edge.word.length === length && text.startsWith(edge.word, scanner.start)) return edge;
  return undefined;
}

/** The block of `entry`, whose `{` is the current token. False when its records are never closed. */
function block(entry: Entry, node: Statement, reading: Reading): boolean {
  const { scanner } = reading;
  const open = scanner.start;
  if (entry.block === 'records') {
    scanner.next();
    if (scanner.kind === TokenKind.end)
      reading.stop({ records: placeOfRecords(node, open), states: [propertyAutomaton(entry)], block: entry }, true);
    if (!beginsWithProperty(entry, reading)) return records(node, open, reading);
    scanner.resume(open);
  }
  scanner.next();
  const items: Statement[] = [];
  node.block = items;
  if (++reading.depth > MAXIMUM_DEPTH) {
    reading.report({ start: open, end: open + 1 }, 'too-deep', `Blocks within blocks go ${MAXIMUM_DEPTH} deep at most.`);
    reading.depth--;
    node.braces = { start: open, end: skipBlock(reading, open) };
    return false;
  }
  const holds = holdsStatements(entry);
  if (holds) reading.enclosing.push(entry);
  let closed = false;
  while (scanner.kind !== TokenKind.end && !reading.unwinding) {
    if (reading.at('}')) {
      closed = true;
      scanner.next();
      break;
    }
    if (isLeftOpen(entry, open, reading)) break;
    items.push(holds ? statement(statementAutomaton, reading) : property(entry, items, reading));
  }
  reading.depth--;
  if (holds) reading.enclosing.pop();
  node.braces = { start: open, end: scanner.previousEnd };
  if (!closed && !reading.unwinding) {
    if (scanner.kind === TokenKind.end) reading.innermost ??= { entry, items };
    reportUnclosed(open, reading);
    reading.unwinding = true;
  }
  return true;
}

/** At a line at column 0 that says that the block at `open` was to end before. */
function isLeftOpen(entry: Entry, open: number, reading: Reading): boolean {
  if (atUnindentedStatement(reading)) {
    const fits = holdsStatements(entry) || propertyAutomaton(entry).words.has(reading.scanner.slice());
    return !fits || reading.braces.endOf(open) < 0;
  }
  return !holdsStatements(entry) && atUnindentedStep(reading, propertyAutomaton(entry));
}

/** A block of records holds properties instead when it begins with one: `from "file"`, or what is being typed of it. */
function beginsWithProperty(entry: Entry, { scanner, text }: Reading): boolean {
  return (
    scanner.kind === TokenKind.word &&
    propertyAutomaton(entry).words.has(scanner.slice()) &&
    /^\s*(?:"|$)/.test(text.slice(scanner.end, scanner.end + 40))
  );
}

function property(entry: Entry, written: readonly Statement[], reading: Reading): Statement {
  const { scanner } = reading;
  const node = new Statement(scanner.start);
  const start = propertyAutomaton(entry);
  const state = walk(start, node, reading, true);
  node.headEnd = node.end = Math.max(node.start, scanner.previousEnd);
  if (!state) {
    giveUp(node, reading);
    return node;
  }
  if (scanner.kind === TokenKind.end) {
    reading.stop({ states: state.accepts ? [state, start] : [state], block: entry, written: [...written] });
  }
  node.entry = (state.accepts ?? (state.reaches.length === 1 ? state.reaches[0] : null)) as unknown as Entry | null;
  node.complete = state.accepts !== null;
  if (!node.complete) {
    reportUnexpected(state, node, reading, entry);
    giveUp(node, reading);
  } else if (followsUnit(node, state.accepts!.slots, start, reading)) {
    node.complete = false;
    giveUp(node, reading, start);
  }
  return node;
}

/** `up 5 Mbs`: what stands behind a complete property is neither its end nor the next property, but a unit misspelt (reported). */
function followsUnit(node: Statement, slots: Slots, start: State<Property>, reading: Reading): boolean {
  if (reading.ended() || reading.scanner.kind !== TokenKind.word || wordEdge(start, reading)) return false;
  return reportUnit(node, slots, reading);
}

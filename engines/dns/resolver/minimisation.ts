/**
 * Query-name minimisation (RFC 9156): a server is asked about no more of the name than it needs to lead on.
 *
 * Theory of operation. On the way down from a zone the name grows by a label at a time, asked for its address (§2.1: the type
 * tells nothing), until a referral leads to the next zone or the whole name is reached. An error or a denial on the way ends
 * the growing: the whole question is asked, since some servers deny names that only have others below them (§2.3, “relaxed”).
 * A name of many labels grows in larger steps after the first few, so that a lookup takes ten more queries at most (§2.3).
 */
import type { Process } from '../../kernel/process.ts';
import { depth, fromLabels, labels } from '../domain-name.ts';
import type { DomainName } from '../scenario.ts';
import type { Question } from '../wire/message.ts';

/** MINIMISE_ONE_LAB and MAX_MINIMISE_COUNT of RFC 9156 §2.3. */
const ONE_LABEL_STEPS = 4;
const MAX_STEPS = 10;

/** How many labels the questions between a zone of `from` labels and a name of `to` have: in order, without the name itself. */
export function depthsBetween(from: number, to: number): number[] {
  const depths: number[] = [];
  let at = from;
  while (at < to - 1) {
    const stepsLeft = MAX_STEPS - depths.length;
    at += depths.length < ONE_LABEL_STEPS ? 1 : Math.ceil((to - at) / (stepsLeft + 1));
    if (at < to) depths.push(at);
  }
  return depths;
}

/**
 * Asks a zone's servers by `ask` for more and more of the name. `judge` says what becomes of an outcome: a referral is the
 * result, after “goes on” the name grows, and else the whole question is asked at once.
 */
export function* askMinimised<Outcome extends object>(
  question: Question,
  zone: DomainName,
  ask: (question: Question) => Process<Outcome>,
  judge: (outcome: Outcome) => 'referral' | 'goes on' | 'whole question',
): Process<Outcome> {
  const parts = labels(question.name);
  for (const count of depthsBetween(depth(zone), parts.length)) {
    const outcome = yield* ask({ name: fromLabels(parts.slice(parts.length - count)), type: 'A' });
    const verdict = judge(outcome);
    if (verdict === 'referral') return outcome;
    if (verdict === 'whole question') break;
  }
  return yield* ask(question);
}

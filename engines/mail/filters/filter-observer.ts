/**
 * Knows what each made-up message really is, and how often a filter was right about it. An observer, as the delivery tracker: it stands
 * outside the wire, and no filter can ask it. A message is known by its Message-ID; of others nothing is counted.
 */
import { decodeMessage, fieldOf } from '../message/message-format.ts';
import { type ConfusionMatrix, EMPTY_MATRIX, falsePositiveRate, precision, recall, withOutcome } from './confusion-matrix.ts';
import type { SampleKind } from './samples/sample-mail.ts';

export class FilterObserver {
  readonly #truth = new Map<string, SampleKind>();
  /** By the filter's host. */
  readonly #matrices = new Map<string, ConfusionMatrix>();

  /** What the message of that Message-ID (with its brackets) is. */
  knows(messageId: string, kind: SampleKind): void {
    this.#truth.set(messageId, kind);
  }

  /** A filter on `host` took the message for something unwanted (`found`), or let it pass (null). */
  judged(host: string, content: string, found: string | null, measure: (metric: string, value: number) => void): void {
    const id = fieldOf(decodeMessage(content), 'Message-ID')?.value;
    const truth = id === undefined ? undefined : this.#truth.get(id);
    if (truth === undefined) return;
    const matrix = withOutcome(this.#matrices.get(host) ?? EMPTY_MATRIX, truth !== 'ham', found !== null);
    this.#matrices.set(host, matrix);
    measure('true positives', matrix.truePositives);
    measure('false positives', matrix.falsePositives);
    measure('true negatives', matrix.trueNegatives);
    measure('false negatives', matrix.falseNegatives);
    const shares = { precision: precision(matrix), recall: recall(matrix), 'false positive rate': falsePositiveRate(matrix) };
    for (const [metric, value] of Object.entries(shares)) if (value !== null) measure(metric, value);
  }
}

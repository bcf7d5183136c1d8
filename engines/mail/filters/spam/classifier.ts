/**
 * A trained spam filter: Bayesian combination of word probabilities by Fisher's method, as Robinson describes it (“A Statistical
 * Approach to the Spam Problem”, Linux Journal 107, 2003).
 *
 * Theory of operation. Training counts in how many ham and how many spam messages each token stands. Of a token that stands in b of all
 * spam messages and g of all ham (as shares), p = b / (b + g) is the probability that a message with it is spam, were both equally many.
 * A token that was seen n times is trusted as much as n is worth: f = (s·x + n·p) / (s + n), with x = 0.5 for a token never seen. A message
 * is judged by its tokens farthest from 0.5. Were they independent and said nothing, −2 Σ ln f would be chi-square with 2n degrees of
 * freedom: S tells how improbable the message is as ham, H as spam, and the score (1 + S − H) / 2 lies near 1 for spam, near 0 for ham,
 * and in the middle where the words contradict one another or are unknown.
 */
import { naturalLogarithm } from '../../../kernel/elementary-functions.ts';
import { chiSquareTail } from './chi-square.ts';

/** What a message is, or is taken for. */
export type Kind = 'ham' | 'spam';

/** Weight of what is assumed of a token before it was seen, in messages (Robinson's s). */
const ASSUMED_WEIGHT = 0.45;
/** Robinson's x. */
const ASSUMED = 0.5;
/** Tokens nearer to 0.5 than this are of no account. */
const LEAST_STRENGTH = 0.1;
/** Most tokens that a message is judged by. */
export const CLUES_LIMIT = 150;

export interface Clue {
  readonly token: string;
  /** The probability that a message with it is spam, above 0 and below 1. */
  readonly probability: number;
}

export interface Verdict {
  /** 0 (ham) to 1 (spam); 0.5 where nothing is known. */
  readonly score: number;
  /** What decided it, the strongest first. */
  readonly clues: readonly Clue[];
}

interface Counts {
  ham: number;
  spam: number;
}

export class SpamClassifier {
  readonly #messages: Counts = { ham: 0, spam: 0 };
  readonly #tokens = new Map<string, Counts>();

  /** Messages it has learnt from. */
  get trained(): Readonly<Counts> {
    return this.#messages;
  }

  /** Learns one message: its tokens, each once. */
  train(tokens: readonly string[], kind: Kind): void {
    this.#messages[kind]++;
    for (const token of tokens) {
      const counts = this.#tokens.get(token);
      if (counts) counts[kind]++;
      else this.#tokens.set(token, { ham: 0, spam: 0, [kind]: 1 });
    }
  }

  /** Above 0 and below 1. */
  probability(token: string): number {
    const { ham, spam } = this.#tokens.get(token) ?? { ham: 0, spam: 0 };
    const seen = ham + spam;
    if (seen === 0) return ASSUMED;
    const inSpam = spam / Math.max(1, this.#messages.spam);
    const inHam = ham / Math.max(1, this.#messages.ham);
    return (ASSUMED_WEIGHT * ASSUMED + seen * (inSpam / (inSpam + inHam))) / (ASSUMED_WEIGHT + seen);
  }

  classify(tokens: readonly string[]): Verdict {
    const strength = ({ probability }: Clue) => Math.abs(probability - 0.5);
    const clues = tokens
      .map((token): Clue => ({ token, probability: this.probability(token) }))
      .filter((clue) => strength(clue) >= LEAST_STRENGTH)
      .sort((a, b) => strength(b) - strength(a) || (a.token < b.token ? -1 : 1))
      .slice(0, CLUES_LIMIT);
    if (clues.length === 0) return { score: 0.5, clues };
    let asSpam = 0;
    let asHam = 0;
    for (const { probability } of clues) {
      asSpam -= 2 * naturalLogarithm(probability);
      asHam -= 2 * naturalLogarithm(1 - probability);
    }
    const notHam = 1 - chiSquareTail(asHam, clues.length);
    const notSpam = 1 - chiSquareTail(asSpam, clues.length);
    return { score: (1 + notHam - notSpam) / 2, clues };
  }
}

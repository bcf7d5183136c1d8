/** How often a filter was right and wrong about messages of which the truth is known. Positive: it took the message for unwanted. */

export interface ConfusionMatrix {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

export const EMPTY_MATRIX: ConfusionMatrix = { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 };

export function withOutcome(matrix: ConfusionMatrix, unwanted: boolean, found: boolean): ConfusionMatrix {
  const cell = unwanted ? (found ? 'truePositives' : 'falseNegatives') : found ? 'falsePositives' : 'trueNegatives';
  return { ...matrix, [cell]: matrix[cell] + 1 };
}

/** Of what it took for unwanted, the share that was; null before it took anything for that. */
export function precision({ truePositives, falsePositives }: ConfusionMatrix): number | null {
  return share(truePositives, falsePositives);
}

/** Of what was unwanted, the share that it found. */
export function recall({ truePositives, falseNegatives }: ConfusionMatrix): number | null {
  return share(truePositives, falseNegatives);
}

/** Of what was wanted, the share that it took for unwanted. */
export function falsePositiveRate({ falsePositives, trueNegatives }: ConfusionMatrix): number | null {
  return share(falsePositives, trueNegatives);
}

function share(part: number, rest: number): number | null {
  return part + rest === 0 ? null : part / (part + rest);
}

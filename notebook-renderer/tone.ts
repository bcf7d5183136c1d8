import type { RunStep } from '../engines/run.ts';

/**
 * How something came out. `caution`: a step that ended without success, which may be the lesson (a refused login, NXDOMAIN); what was
 * meant to happen, only a check says. `bad`: a check that failed, a step that never ended.
 */
export type Tone = 'good' | 'caution' | 'bad';

export const toneOf = ({ succeeded, endedAt }: Pick<RunStep, 'succeeded' | 'endedAt'>): Tone =>
  succeeded ? 'good' : Number.isNaN(endedAt) ? 'bad' : 'caution';

/** The class of a row, by its tone. */
export const ROW_CLASS: Readonly<Record<Tone, string>> = { good: '', caution: 'ns-unsuccessful', bad: 'ns-failed' };

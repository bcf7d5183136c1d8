/** What videos and their players are where the author says nothing. */
import { USUAL } from '../../../engines/dash/abr/algorithms.ts';
import { MINUTE, SECOND } from '../../../engines/quantities.ts';

export const videoDefaults = {
  duration: MINUTE,
  segment: 4 * SECOND,
  /** kbit/s. */
  ladder: [400, 1000, 2500, 5000],
  addressing: 'number',
} as const;

export const playerDefaults = {
  ...USUAL,
  algorithm: 'dynamic',
  buffer: 30 * SECOND,
} as const;

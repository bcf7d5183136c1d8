/** What steps in which peers download have in common, whichever way their swarm is simulated. */
import { count, formatValue } from '../format.ts';
import type { RandomStream } from '../kernel/random.ts';
import type { StepOutcome } from '../protocol.ts';
import type { Nanoseconds } from '../quantities.ts';
import type { Scenario } from '../scenario.ts';
import type { Arrival } from './scenario.ts';
import type { Member } from './swarm-ledger.ts';

/** How long after the one before it peer `i` arrives. */
export function gap(arrival: Arrival, i: number, random: RandomStream): Nanoseconds {
  if (arrival.kind === 'poisson') return Math.round(random.exponential(arrival.mean));
  return arrival.kind === 'every' && i > 0 ? arrival.interval : 0;
}

/** Of a step whose downloads all have ended. */
export function outcomeOf(members: readonly Member[]): StepOutcome {
  const complete = members.filter(({ ending }) => ending === 'complete');
  const last = complete.reduce((latest, { completedAt }) => Math.max(latest, completedAt), 0);
  const first = members.reduce((earliest, { arrivedAt }) => Math.min(earliest, arrivedAt), Number.POSITIVE_INFINITY);
  const others = members.filter(({ ending }) => ending !== 'complete').map(({ host, ending }) => `${host} ${told(ending)}`);
  const shown = others.length > 3 ? [...others.slice(0, 3), `${others.length - 3} more`] : others;
  const done =
    complete.length === 0 ? 'nobody has all of it' : `${count(complete.length, 'peer')} completed in ${formatValue(last - first, 'ns')}`;
  const failed = members.some(({ ending }) => ending === 'gave up' || ending === 'down');
  return { outcome: [done, ...shown].join('; '), succeeded: !failed };
}

const told = (ending: Member['ending']): string => (ending === 'down' ? 'went down' : (ending ?? ''));

/** The hosts that some step lets download a torrent, or poison it. */
export function downloadedBy({ steps }: Pick<Scenario, 'steps'>, torrent: string): string[] {
  return steps.flatMap(({ action }) => (action.kind === 'bittorrent.download' && action.torrent === torrent ? action.hosts : []));
}

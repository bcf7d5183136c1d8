/** How many queries each zone's servers answered from it, all of them together. */
import type { Host } from '../../network/host.ts';
import { canonical } from '../domain-name.ts';
import type { Message, Question } from '../wire/message.ts';
import type { LiveZone } from './live-zone.ts';
import { zoneFor } from './zone.ts';

export class ZoneTally {
  readonly #queries = new Map<string, number>();

  /** A query that one of `zones` answered: the one that is nearest above the name (RFC 1034 §4.3.2). */
  count(host: Host, zones: readonly LiveZone[], query: Message): void {
    const zone = zoneFor(zones, (query.questions[0] as Question).name);
    if (!zone) return;
    const origin = canonical(zone.origin);
    const queries = (this.#queries.get(origin) ?? 0) + 1;
    this.#queries.set(origin, queries);
    host.narrator.measure('zone queries', [origin], queries);
  }
}

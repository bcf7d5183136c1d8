/**
 * A zone that can change while the run goes on. Each version is an immutable Zone; servers answer from whatever version is
 * current, so a change shows in their next answer.
 *
 * It stands for the zone's file on the disks of its servers and for the transfers between them: a version is kept once it is
 * there, through any crash, and all servers of the zone have it at once.
 */
import type { Address } from '../../network/host.ts';
import type { ResourceRecord } from '../records.ts';
import type { DomainName } from '../scenario.ts';
import { loadZone, type Zone } from './zone.ts';

export class LiveZone {
  readonly origin: DomainName;
  /** Who may change it: addresses, since messages are not signed here (no TSIG, RFC 8945). */
  readonly operators: ReadonlySet<Address>;
  #records: readonly ResourceRecord[];
  #current: Zone;

  constructor(origin: DomainName, records: readonly ResourceRecord[], operators: readonly Address[] = []) {
    this.origin = origin;
    this.operators = new Set(operators);
    this.#records = records;
    this.#current = loadZone(origin, records);
  }

  /** The version that is served. */
  get current(): Zone {
    return this.#current;
  }

  /** As they were written. */
  get records(): readonly ResourceRecord[] {
    return this.#records;
  }

  replace(records: readonly ResourceRecord[]): void {
    this.#records = records;
    this.#current = loadZone(this.origin, records);
  }
}

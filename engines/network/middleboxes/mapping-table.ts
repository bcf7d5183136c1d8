/**
 * The mappings of a NAT for one transport: which port of its own address stands for which endpoint behind it.
 *
 * The mapping is endpoint-independent (RFC 4787 §4.1): an endpoint has one port, whomever it speaks to, and a port one
 * endpoint. A port is preserved where it is free; else the next free one of the same parity (§4.2.2) is taken, upwards and
 * around, of the same range: 0 to 1023, or 1024 to 65535 (§4.2.1).
 */

import { endpointOf } from './header.ts';
import type { Session } from './session.ts';

export interface Mapping {
  /** Behind the NAT. */
  readonly host: number;
  readonly port: number;
  /** Of the NAT's own address. */
  readonly outerPort: number;
  /** A port that the NAT was told to forward: anyone may send to it. */
  readonly forwarded: boolean;
  /** By the other side's endpoint (header.ts). */
  readonly sessions: Map<number, Session>;
}

const FIRST_REGISTERED_PORT = 1_024;
const PORTS = 65_536;

export class MappingTable {
  readonly #byInside = new Map<number, Mapping>();
  readonly #byPort = new Map<number, Mapping>();

  /** The mapping of an endpoint behind the NAT. */
  of(host: number, port: number): Mapping | undefined {
    return this.#byInside.get(endpointOf(host, port));
  }

  /** The mapping that a port of the NAT stands for. */
  at(outerPort: number): Mapping | undefined {
    return this.#byPort.get(outerPort);
  }

  /** Maps an endpoint that has no mapping to a port that stands for none. */
  add(host: number, port: number, outerPort: number, forwarded: boolean): Mapping {
    const inside = endpointOf(host, port);
    if (this.#byInside.has(inside) || this.#byPort.has(outerPort)) throw new Error('an endpoint has one mapping, and so has a port');
    const mapping: Mapping = { host, port, outerPort, forwarded, sessions: new Map() };
    this.#byInside.set(inside, mapping);
    this.#byPort.set(outerPort, mapping);
    return mapping;
  }

  remove(mapping: Mapping): void {
    this.#byInside.delete(endpointOf(mapping.host, mapping.port));
    this.#byPort.delete(mapping.outerPort);
  }

  /** The port that an endpoint with port `wanted` gets; `taken`: ports that are not to be had. null when all are. */
  freePort(wanted: number, taken: (port: number) => boolean): number | null {
    const first = wanted < FIRST_REGISTERED_PORT ? 0 : FIRST_REGISTERED_PORT;
    const ports = (wanted < FIRST_REGISTERED_PORT ? FIRST_REGISTERED_PORT : PORTS) - first;
    for (let step = 0; step < ports; step += 2) {
      const port = first + ((wanted - first + step) % ports);
      if (port !== 0 && !this.#byPort.has(port) && !taken(port)) return port;
    }
    return null;
  }

  /** In the order in which they were made. */
  get all(): Iterable<Mapping> {
    return this.#byInside.values();
  }

  get size(): number {
    return this.#byInside.size;
  }
}

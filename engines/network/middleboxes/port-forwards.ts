/** The ports of a NAT's address that it was told to forward, for one transport: each stands for an endpoint behind the NAT, and it alone. */
import type { PortForward, Transport } from '../scenario.ts';

/** A run of ports. */
interface Forward {
  /** Behind the NAT, with the first port there. */
  readonly host: number;
  readonly port: number;
  /** The first one of the NAT's own address. */
  readonly outerPort: number;
  readonly count: number;
}

export class PortForwards {
  readonly all: readonly Forward[];

  constructor(transport: Transport, forwards: readonly PortForward[], indexOf: (host: string) => number) {
    this.all = forwards
      .filter((one) => one.transport === transport)
      .map(({ host, hostPort, port, lastPort }) => ({ host: indexOf(host), port: hostPort, outerPort: port, count: lastPort - port + 1 }));
  }

  /** The endpoint that a port of the NAT stands for; null for a port that is not forwarded. */
  at(outerPort: number): { readonly host: number; readonly port: number } | null {
    for (const forward of this.all) {
      const offset = outerPort - forward.outerPort;
      if (offset >= 0 && offset < forward.count) return { host: forward.host, port: forward.port + offset };
    }
    return null;
  }

  /** The port of the NAT that stands for an endpoint; null for an endpoint that no port is forwarded to. */
  of(host: number, port: number): number | null {
    for (const forward of this.all) {
      const offset = port - forward.port;
      if (forward.host === host && offset >= 0 && offset < forward.count) return forward.outerPort + offset;
    }
    return null;
  }
}

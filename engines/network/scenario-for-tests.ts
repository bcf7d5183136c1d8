/** A scenario's literal for tests of the network: hosts by name, everything else with plain defaults. */
import { MILLISECOND } from '../quantities.ts';
import type { HostDeclaration, LineDeclaration, LinkDeclaration, Scenario, TcpSettings } from '../scenario.ts';

/** 10 ms, no jitter, loss or duplicates, a queue of 256 KiB. */
export const lineForTests: LineDeclaration = {
  latency: 10 * MILLISECOND,
  jitter: 0,
  loss: 0,
  duplicates: 0,
  reordering: false,
  queue: 256 * 1024,
  trace: null,
};

/** NewReno with selective acknowledgments, no Nagle, a receive buffer of 512 KiB. */
export const tcpForTests: TcpSettings = {
  congestionControl: 'newreno',
  selectiveAcknowledgments: true,
  nagle: false,
  receiveBuffer: 512 * 1024,
};

/** 100 Mbps each way, 10 ms, no jitter, no loss, a queue of 256 KiB. */
export function hostForTests(name: string, address: string, properties: Partial<HostDeclaration> = {}): HostDeclaration {
  return {
    name,
    address,
    nameservers: [],
    up: 100_000_000,
    down: 100_000_000,
    ...lineForTests,
    tcp: tcpForTests,
    implicit: false,
    at: null,
    ...properties,
  };
}

/** Hosts `NAME: properties` get the addresses 10.0.0.1, 10.0.0.2, … in order. */
export function scenarioForTests(
  hosts: Readonly<Record<string, Partial<HostDeclaration>>>,
  properties: Partial<Scenario> & { readonly links?: readonly LinkDeclaration[] } = {},
): Scenario {
  return {
    format: 1,
    title: 'a test',
    seed: 1,
    fidelity: 'packets',
    sources: [],
    hosts: Object.entries(hosts).map(([name, given], i) => hostForTests(name, `10.0.0.${i + 1}`, given)),
    links: [],
    services: [],
    steps: [],
    expectations: [],
    views: [],
    ...properties,
  };
}

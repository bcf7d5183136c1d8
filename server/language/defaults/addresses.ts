/** Every host's IPv4 address: its own, the one its zone gives it, or the next free one. */
import { canonical } from '../../../engines/dns/domain-name.ts';
import { hostAddressProblem } from '../host-address.ts';
import type { Program, ProgramHost } from '../program.ts';

/** The absolute domain name of a host. */
export function nameOf(host: string): string {
  return `${host}.`;
}

/** The address by which a host outside knows it: behind a NAT, that of the router. null before addresses are assigned. */
export function publicAddress(program: Program, host: ProgramHost): string | null {
  return (host.behind === null ? host : program.hosts.get(host.behind.toLowerCase()))?.address ?? null;
}

/** The address by which `asker` reaches a host: behind the same NAT, and from its router, the private one. */
export function addressFor(program: Program, host: ProgramHost, asker: ProgramHost): string | null {
  const near = host.behind !== null && (host.behind === asker.behind || host.behind === asker.name);
  return near ? host.address : publicAddress(program, host);
}

/**
 * Gives hosts their addresses. Declared ones count from 10.0.0.1 up in order of declaration, so that a host added at the
 * end changes no other's; those that the language filled in count from 10.53.0.1 up, so that they change none either. Routers of
 * NATs count from 203.0.113.1 up (RFC 5737), and hosts behind them from 192.168.0.2 up (RFC 1918), behind the second NAT
 * from 192.168.1.2 up. A zone's record is what others know: behind a NAT it is not the host's own address.
 */
export function assignAddresses(program: Program): void {
  /** By realm and address: behind different NATs, the same address stands for different hosts. */
  const taken = new Map<string, string>();
  const holder = (behind: string | null, address: string): string | undefined =>
    (behind === null ? undefined : taken.get(realmed(behind, address))) ?? taken.get(address);
  const inZones = new Map<string, string>();
  for (const zone of program.zones.values()) {
    for (const record of zone.records) {
      // A zone may hold addresses that lead nowhere; no host has one.
      if (record.data.type !== 'A' || hostAddressProblem(record.data.address) !== null) continue;
      const key = canonical(record.name);
      if (!inZones.has(key)) inZones.set(key, record.data.address);
    }
  }
  const sharing = new Set([...program.anycasts.values()].flatMap(({ instances }) => instances.map((host) => host.toLowerCase())));
  /** Those without an address, and those whose address another has: packets need to know where to go. */
  const waiting: ProgramHost[] = [];
  const unaddressed = new Set<ProgramHost>();
  const take = (host: ProgramHost): void => {
    const inZone = host.behind === null ? (inZones.get(canonical(nameOf(host.name))) ?? null) : null;
    if (host.address !== null && inZone !== null && host.address !== inZone && host.addressAt) {
      program.report(
        'address-differs',
        host.addressAt,
        `Its zone says \`${host.name}\` has address ${inZone}; here it is ${host.address}.`,
        {
          fixes: [{ title: `Change to ${inZone}`, edits: [{ ...host.addressAt, text: inZone }] }],
        },
      );
    }
    host.address ??= inZone;
    if (host.address === null) {
      waiting.push(host);
      unaddressed.add(host);
      return;
    }
    const other = holder(host.behind, host.address);
    if (other === undefined) {
      taken.set(realmed(host.behind, host.address), host.name);
      return;
    }
    const at = host.addressAt ?? host.at;
    if (at) program.report('duplicate-address', at, `\`${host.name}\` has address ${host.address}, which \`${other}\` has already.`);
    waiting.push(host);
  };
  // Those that are behind no NAT come first: hosts behind one must not hide any of them.
  program.hosts.forEach((host, key) => {
    if (host.behind === null && !sharing.has(key)) take(host);
  });
  program.hosts.forEach((host, key) => {
    if (host.behind !== null && !sharing.has(key)) take(host);
  });
  const routers = new Set(program.nats.map(({ host }) => host));
  const next = { declared: counted(10, 0, 0), implicit: counted(10, 53, 0), router: counted(203, 0, 113) };
  const behind = new Map(program.nats.map(({ host }, i) => [host, counted(192, 168, i % 256, 2)]));
  for (const host of waiting) {
    const counter = behind.get(host.behind ?? '') ?? next[host.implicit ? 'implicit' : routers.has(host.name) ? 'router' : 'declared'];
    let address = counter();
    while (holder(host.behind, address) !== undefined) address = counter();
    host.address = address;
    if (!host.at || !unaddressed.has(host)) continue;
    const why = host.behind === null ? 'The next free address.' : `The next free address behind ${host.behind}.`;
    program.notes.push({ kind: 'address', at: host.at, value: `address ${address}`, why });
  }
  for (const [key, { instances }] of program.anycasts) {
    for (const instance of instances) program.hosts.get(instance.toLowerCase())!.address = program.hosts.get(key)!.address;
  }
}

/** An address outside stands for itself; behind each NAT it may stand for another host. */
const realmed = (behind: string | null, address: string): string => (behind === null ? address : `${behind} ${address}`);

/** Counts 10.0.0.1, 10.0.0.2, …, or from another last number, leaving out 0 and 255. */
function counted(first: number, second: number, third: number, start = 1): () => string {
  let count = start - 1;
  return () => {
    const low = (count % 254) + 1;
    const high = third + Math.floor(count / 254);
    count++;
    return `${first}.${second + Math.floor(high / 256)}.${high % 256}.${low}`;
  };
}

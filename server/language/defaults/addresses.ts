/** Every host's IPv4 address: its own, the one its zone gives it, or the next free one. */
import { canonical } from '../../../engines/dns/domain-name.ts';
import { hostAddressProblem } from '../host-address.ts';
import type { Program } from '../program.ts';

/** The absolute domain name of a host. */
export function nameOf(host: string): string {
  return `${host}.`;
}

/**
 * Gives hosts their addresses. Declared ones count from 10.0.0.1 up in order of declaration, so that a host added at the
 * end changes no other's; those that the language filled in count from 10.53.0.1 up, so that they change none either.
 */
export function assignAddresses(program: Program): void {
  const taken = new Map<string, string>();
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
  const waiting: { implicit: boolean; assign(address: string): void }[] = [];
  for (const [key, host] of program.hosts) {
    if (sharing.has(key)) continue;
    const inZone = inZones.get(canonical(nameOf(host.name))) ?? null;
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
      waiting.push({
        implicit: host.implicit,
        assign(address) {
          host.address = address;
          if (host.at) program.notes.push({ at: host.at, value: `address ${address}`, why: 'The next free address.' });
        },
      });
      continue;
    }
    const other = taken.get(host.address);
    if (other === undefined) taken.set(host.address, host.name);
    else {
      const at = host.addressAt ?? host.at;
      if (at) program.report('duplicate-address', at, `\`${host.name}\` has address ${host.address}, which \`${other}\` has already.`);
      // Packets need to know where to go: the engines get a free address instead.
      waiting.push({
        implicit: host.implicit,
        assign(address) {
          host.address = address;
        },
      });
    }
  }
  const next = { declared: dotted(10, 0), implicit: dotted(10, 53) };
  for (const { implicit, assign } of waiting) {
    const counter = implicit ? next.implicit : next.declared;
    let address = counter();
    while (taken.has(address)) address = counter();
    assign(address);
  }
  for (const [key, { instances }] of program.anycasts) {
    for (const instance of instances) program.hosts.get(instance.toLowerCase())!.address = program.hosts.get(key)!.address;
  }
}

/** Counts 10.0.0.1, 10.0.0.2, …, leaving out last numbers 0 and 255. */
function dotted(first: number, second: number): () => string {
  let count = 0;
  return () => {
    const low = (count % 254) + 1;
    const high = Math.floor(count / 254);
    count++;
    return `${first}.${second + Math.floor(high / 256)}.${high % 256}.${low}`;
  };
}

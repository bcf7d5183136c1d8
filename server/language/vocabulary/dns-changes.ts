/** DNS: changes of zones while the run goes on, and registration. */
import { canonical, parent, ROOT } from '../../../engines/dns/domain-name.ts';
import type { ResourceRecord } from '../../../engines/dns/records.ts';
import { nameOf } from '../defaults/addresses.ts';
import { address, domainName, host, type Name, optional, recordType, repeated, subject } from '../entry.ts';
import { hostAddressProblem } from '../host-address.ts';
import type { ProgramZone } from '../program.ts';
import type { Site } from '../site.ts';
import { absolute, readZoneBlock } from '../zone-records.ts';
import { step, timing } from './timing.ts';

export const dnsChangesVocabulary = [
  step({
    id: 'update',
    pattern: 'HOST updates zone NAME',
    slots: { HOST: subject, NAME: domainName },
    block: 'records',
    blockRequired: true,
    doc: 'The host has the zone’s first server put these records in the place of what the zone has of their names and types: all at once, with the zone’s serial going up. Its servers answer with them from then on; caches keep what they hold until its time to live has run out. Refused for hosts that may not change the zone.',
    standard: 'RFC 2136',
    example:
      'host client\nzone amazon.com on dns1.amazon.com { www 300 A 205.251.242.103 }\ndns1.amazon.com updates zone amazon.com { www 300 A 205.251.242.104 }\nclient resolves www.amazon.com',
    build(given, _block, site: Site) {
      const when = timing(given, site);
      const zone = declaredZone(given.NAME, absolute(given.NAME.text), site);
      if (!when || !zone) return;
      if (canonical(zone.origin) !== canonical(absolute(given.NAME.text))) {
        site.report('unknown-zone', given.NAME, `There is no zone \`${given.NAME.text}\`: its records stand in zone \`${shown(zone)}\`.`, {
          fixes: [
            {
              title: `Change to \`${shown(zone)}\``,
              edits: [{ start: given.NAME.start, end: given.NAME.end, text: shown(zone) }],
              preferred: true,
            },
          ],
        });
        return;
      }
      const records: ResourceRecord[] = [];
      readZoneBlock({ origin: zone.origin, records }, site);
      const { braces } = site.statement;
      if (braces && site.program.sources[site.source]!.text.slice(braces.start + 1, braces.end - 1).trim() === '')
        site.report('malformed-record', given.NAME, `Nothing would change: write the records that \`${shown(zone)}\` shall have.`);
      site.step(when, given.HOST, (operator) => ({
        kind: 'dns.update',
        host: operator,
        zone: zone.origin,
        server: primaryOf(zone, site),
        replaced: records,
        removed: [],
      }));
    },
  }),
  step({
    id: 'remove records',
    pattern: 'HOST removes records of NAME [TYPE]',
    slots: { HOST: subject, NAME: domainName, TYPE: optional(recordType) },
    doc: 'The host has a name’s records, or those of one type, deleted from the zone that they stand in, as `updates zone` puts others there.',
    standard: 'RFC 2136 §2.5',
    example:
      'host client\nzone amazon.com on dns1.amazon.com { www 300 A 205.251.242.103 }\ndns1.amazon.com removes records of www.amazon.com A\nclient resolves www.amazon.com',
    build(given, _block, site: Site) {
      const when = timing(given, site);
      const name = absolute(given.NAME.text);
      const zone = declaredZone(given.NAME, name, site);
      if (!when || !zone) return;
      const type = given.TYPE?.text.toUpperCase() ?? null;
      site.step(when, given.HOST, (operator) => ({
        kind: 'dns.update',
        host: operator,
        zone: zone.origin,
        server: primaryOf(zone, site),
        replaced: [],
        removed: [{ name, type }],
      }));
    },
  }),
  step({
    id: 'register',
    pattern: 'HOST registers NAME',
    slots: { HOST: subject, NAME: domainName },
    blockRequired: true,
    properties: {
      server: repeated(
        'server SERVER [ADDRESS]',
        { SERVER: host, ADDRESS: optional(address) },
        {
          doc: 'A name server of the new domain, and its address.',
          default: 'the address of that host',
          standard: 'RFC 1034 §4.2.1',
          example: 'server dns1.networkutopia.com 212.212.212.1',
        },
      ),
    },
    doc: 'The host, a registrar, enters a domain into the zone above it: NS records for its servers, and A records with their addresses. From then on the domain can be found. Refused where the name is taken.',
    standard: 'RFC 1034 §4.2.1, RFC 2136',
    example:
      'host registrar, client\nzone networkutopia.com on dns1.networkutopia.com unregistered { www A 212.212.71.4 }\nregistrar registers networkutopia.com { server dns1.networkutopia.com }\nclient resolves www.networkutopia.com',
    build(given, block, site: Site) {
      const { program } = site;
      const when = timing(given, site);
      if (!when) return;
      const name = absolute(given.NAME.text);
      program.needsDns = true;
      program.fillIn?.now();
      const zone = zoneAbove(name, site);
      const servers = (block.server ?? []).flatMap((one) => serverOf(one.SERVER, one.ADDRESS, site) ?? []);
      if (!zone) {
        site.report(
          'unknown-zone',
          given.NAME,
          `There is no zone that \`${given.NAME.text}\` could be registered in: declare it by a \`zone\` line.`,
        );
        return;
      }
      if (servers.length === 0) {
        if (!block.server)
          site.report('no-server', given.NAME, `Say which name servers \`${given.NAME.text}\` has: \`server HOST\` in the block.`);
        return;
      }
      warnOfRegistered(given.NAME, name, site);
      site.step(when, given.HOST, (registrar) => {
        program.registrations.push({ registrar, zone, servers });
        return { kind: 'dns.register', host: registrar, name, zone: zone.origin, server: primaryOf(zone, site), servers };
      });
    },
  }),
];

/** The declared zone that a name's records stand in. */
function declaredZone(name: Name, absoluteName: string, site: Site): ProgramZone | null {
  const { program } = site;
  program.needsDns = true;
  const zone = program.zoneAbove(absoluteName.toLowerCase());
  if (!zone) {
    if (!program.incomplete)
      site.report('unknown-zone', name, `No zone is declared that \`${name.text}\` lies in: declare it by a \`zone\` line.`);
    return null;
  }
  program.usesZone(absoluteName, site.place(name));
  return zone;
}

/** The host that a zone is changed at: its first server, or the first of those that share that server's address. */
function primaryOf({ servers }: ProgramZone, { program }: Site): string {
  const [first] = servers as readonly [string, ...string[]];
  return program.anycasts.get(first.toLowerCase())?.instances[0] ?? first;
}

/** The zone that a domain is delegated from; null where there is none but the root, and the domain is none of the root's. */
function zoneAbove(name: string, { program }: Site): ProgramZone | null {
  for (let above = parent(canonical(name)); above !== undefined; above = parent(above)) {
    const zone = program.zones.get(above);
    if (zone) return above === ROOT && parent(canonical(name)) !== ROOT ? null : zone;
  }
  return null;
}

/** A server as the registrar is told of it; its host has that address, unless it has another one already. */
function serverOf(name: Name, given: Name | null, site: Site): { name: string; address: string } | null {
  const found = site.host(name);
  if (found === null) return null;
  const server = { name: nameOf(found), address: given?.text ?? '' };
  if (!given) return server;
  const problem = hostAddressProblem(given.text);
  if (problem !== null) {
    site.report('not-a-host-address', given, problem);
    return null;
  }
  const known = site.program.hosts.get(found.toLowerCase())!;
  // Others know a host behind a NAT by another address than its own.
  if (known.behind !== null) return server;
  if (known.address === null) {
    known.address = given.text;
    known.addressAt = site.place(given);
  } else if (known.address !== given.text) {
    site.report('address-differs', given, `\`${found}\` has address ${known.address}; the registrar is told ${given.text}.`, {
      fixes: [{ title: `Change to ${known.address}`, edits: [{ start: given.start, end: given.end, text: known.address }] }],
    });
  }
  return server;
}

/** A declared zone is delegated from the beginning, unless it says that it is not. */
function warnOfRegistered(name: Name, domain: string, site: Site): void {
  const zone = site.program.zones.get(domain.toLowerCase());
  if (!zone?.at || !zone.delegated) return;
  site.report('without-effect', name, `\`${name.text}\` is taken from the beginning: its zone is not declared \`unregistered\`.`, {
    fixes: zone.head
      ? [
          {
            title: 'Declare the zone `unregistered`',
            edits: [{ source: zone.head.source, start: zone.head.end, end: zone.head.end, text: ' unregistered' }],
            preferred: true,
          },
        ]
      : [],
    related: [{ ...zone.at, message: 'It is declared here.' }],
  });
}

function shown(zone: ProgramZone): string {
  return zone.origin === ROOT ? ROOT : zone.origin.slice(0, -1);
}

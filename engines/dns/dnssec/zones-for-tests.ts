/** Zones for tests of DNSSEC: a parent, and a child with one of everything. */
import { readMasterFile } from '../master-file/master-file.ts';
import type { ResourceRecord } from '../records.ts';
import { loadZone, type Zone } from '../server/zone.ts';
import { Signer } from './signer.ts';

export const CHILD = `
$TTL 1h
@           SOA   ns1 hostmaster 1 1h 15m 1w 5m
@           NS    ns1
@           NS    ns2.elsewhere.net.
@           MX    10 mail
ns1         A     192.0.2.53
Mail        A     192.0.2.25
mail        AAAA  2001:db8::25
www    300  CNAME mail
*.wild      A     192.0.2.99
*.wild      TXT   "anything"
deep.empty  TXT   "below a name without records"
_sip._tcp   SRV   0 5 5060 Mail
@           CAA   0 issue "ca.example.net"
strange     TYPE65280 \\# 4 deadbeef
sub         NS    ns.sub
ns.sub      A     192.0.2.54
safe        NS    ns.safe
safe        DS    12345 13 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
ns.safe     A     192.0.2.55
`;

export function zoneOfText(origin: string, text: string): Zone {
  const { records, problems } = readMasterFile(text, { origin });
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return loadZone(origin, records);
}

/** The records of a zone in the order of its names. */
export function recordsOf(zone: Zone): ResourceRecord[] {
  return [...zone.nodes.values()].flatMap((types) => [...types.values()].flat());
}

export const DAYS_14 = 14 * 86_400;

export function signer(origin: string, algorithm = 13): Signer {
  return new Signer(1, origin, { algorithm, validity: DAYS_14, resign: true });
}

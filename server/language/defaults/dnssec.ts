/** What DNSSEC brings with it: signed zones above those that are signed or asked about by validating resolvers. */
import { canonical } from '../../../engines/dns/domain-name.ts';
import type { SigningService } from '../../../engines/dns/scenario.ts';
import { DAY } from '../../../engines/quantities.ts';
import type { Program, ProgramZone } from '../program.ts';
import { nearest } from '../spelling.ts';

export const signingDefaults = { algorithm: 13, validity: 14 * DAY, resign: true, ds: 'right' } as const satisfies Partial<SigningService>;

/** Checks what is to be signed, and signs the zones that were filled in where anything of DNSSEC is said. All zones are there. */
export function completeSigning(program: Program): void {
  for (const [key, { zone, at }] of program.signings) {
    const known = program.zones.get(key);
    if (known) {
      if (at) program.checkAbove('Zone', shown(zone), known.at, at);
      if (at && isSigned(known)) {
        program.report(
          'signed-twice',
          at,
          `Zone \`${shown(zone)}\` has its DNSKEY records already: it was signed before. Leave it out here.`,
        );
      }
      continue;
    }
    if (!at || program.incomplete || program.isExcused(key) || program.isExcused(shown(key))) continue;
    const meant = nearest(
      shown(zone),
      [...program.zones.values()].map(({ origin }) => shown(origin)),
    );
    program.report(
      'unknown-zone',
      at,
      `There is no zone \`${shown(zone)}\`.${meant ? ` Did you mean \`${meant}\`?` : ' Declare it by a `zone` line.'}`,
      {
        fixes: meant ? [{ title: `Change to \`${meant}\``, edits: [{ start: at.start, end: at.end, text: meant }], preferred: true }] : [],
      },
    );
  }
  const zones = [...program.zones.values()];
  const wanted = signedZones(program).length > 0 || zones.some(isSigned) || [...program.resolvers.values()].some(({ dnssec }) => dnssec);
  if (!wanted) return;
  for (const { origin, implicit } of zones) {
    const key = canonical(origin);
    if (implicit && !program.signings.has(key)) program.signings.set(key, { zone: origin, ...signingDefaults, implicit: true, at: null });
  }
}

/** What is said of zones that there are. */
export function signedZones({ signings, zones }: Program): Omit<SigningService, 'kind'>[] {
  return [...signings].flatMap(([key, signing]) => (zones.has(key) ? [signing] : []));
}

/** Signed before it came here: it has keys of its own, and nothing can be added to it that would be believed. */
export function isSigned({ origin, records }: ProgramZone): boolean {
  return records.some(({ name, data }) => data.type === 'DNSKEY' && canonical(name) === canonical(origin));
}

function shown(origin: string): string {
  return origin.length > 1 ? origin.slice(0, -1) : origin;
}

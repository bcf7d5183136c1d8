/** DNS: zones that are signed, and servers that lie. */
import { DAY, SECOND } from '../../../engines/quantities.ts';
import { signingDefaults } from '../defaults/dnssec.ts';
import { address, domainName, duration, entry, list, property, subject, wordChoice } from '../entry.ts';
import type { Site } from '../site.ts';
import { absolute } from '../zone-records.ts';
import { step, timing } from './timing.ts';

const algorithmNumbers = { ecdsa: 13, ed25519: 15 } as const;

export const dnsSecurityVocabulary = [
  entry({
    id: 'dnssec',
    role: 'declaration',
    pattern: 'dnssec ZONE',
    slots: { ZONE: list(domainName) },
    properties: {
      algorithm: property(
        'algorithm ALGORITHM',
        { ALGORITHM: wordChoice('ecdsa', 'ed25519') },
        {
          doc: 'How the zone’s keys sign: ECDSA with P-256 and SHA-256, or Ed25519.',
          default: 'ecdsa',
          standard: 'RFC 6605, RFC 8080',
          example: 'algorithm ed25519',
        },
      ),
      validity: property(
        'validity T',
        { T: duration({ minimum: 60 * SECOND, maximum: 100 * DAY, units: ['d', 'h'] }) },
        {
          doc: 'How long a signature holds from when it is made. It is accepted from an hour earlier on.',
          default: '14 d',
          standard: 'RFC 4034 §3.1.5',
          example: 'validity 7 d',
        },
      ),
      resign: property(
        'resign SWITCH',
        { SWITCH: wordChoice('on', 'off') },
        {
          doc: 'Whether the zone is signed anew while a quarter of the validity is left. `off`: signed once, when the run begins, and the signatures expire.',
          default: 'on',
          standard: 'RFC 6781 §4.4.2',
          example: 'resign off',
        },
      ),
      ds: property(
        'ds STATE',
        { STATE: wordChoice('right', 'wrong', 'missing') },
        {
          doc: 'What the zone above says of the zone’s key: `right`; `wrong`, the DS record of a key that the zone does not have any more; `missing`, no DS record, so that the zone is an island that nobody can check.',
          default: 'right',
          standard: 'RFC 4035 §2.4',
          example: 'ds wrong',
        },
      ),
    },
    doc: 'Signs zones with keys made from the seed: signatures, the chain of NSEC records, and the DS record in the zone above. The root and the top-level domains that the language fills in are signed as soon as anything of DNSSEC stands in the scenario.',
    standard: 'RFC 4035 §2',
    example:
      'host client\nzone bank.com on ns.bank.com { www A 192.0.2.10 }\ndnssec bank.com { algorithm ed25519  validity 14 d }\nresolver dns.isp.net { serves client  dnssec on }\nclient resolves www.bank.com with dnssec',
    build({ ZONE }, block, site) {
      const { program } = site;
      program.needsDns = true;
      for (const name of ZONE) {
        const origin = absolute(name.text);
        const key = origin.toLowerCase();
        const place = site.place(name);
        if (!program.declareOnce(`dnssec ${key}`, `The signing of \`${name.text}\``, place)) continue;
        program.signings.set(key, {
          zone: origin,
          ...signingDefaults,
          ...(block.algorithm ? { algorithm: algorithmNumbers[block.algorithm.ALGORITHM] } : {}),
          ...(block.validity ? { validity: block.validity.T } : {}),
          ...(block.resign ? { resign: block.resign.SWITCH === 'on' } : {}),
          ...(block.ds ? { ds: block.ds.STATE } : {}),
          implicit: false,
          at: place,
        });
      }
    },
  }),
  step({
    id: 'forge',
    pattern: 'HOST forges NAME as ADDRESS',
    slots: { HOST: subject, NAME: domainName, ADDRESS: address },
    doc: 'From now on the name server answers with this address for a name of its zones, as one does that somebody broke into. It has not the zone’s keys, so the answer has no signature.',
    standard: 'RFC 3833 §2.5',
    example:
      'host client\nzone bank.com on ns1.bank.com, ns2.bank.com { www A 192.0.2.10 }\nns2.bank.com forges www.bank.com as 203.0.113.66\nclient resolves www.bank.com',
    build(given, _block, site: Site) {
      const when = timing(given, site);
      if (!when) return;
      const name = absolute(given.NAME.text);
      site.program.usesZone(name, site.place(given.NAME));
      site.step(when, given.HOST, (host) => {
        if (servesZoneOf(name, host, site)) return { kind: 'dns.forge', host, name, address: given.ADDRESS.text };
        site.report(
          'not-a-name-server',
          site.slot('HOST'),
          `\`${host}\` serves no zone in which \`${given.NAME.text}\` lies: name one of its name servers.`,
        );
        return null;
      });
    },
  }),
];

function servesZoneOf(name: string, host: string, { program }: Site): boolean {
  const key = name.toLowerCase();
  return [...program.zones].some(
    ([origin, { servers }]) => (origin === '.' || key === origin || key.endsWith(`.${origin}`)) && servers.some((one) => one === host),
  );
}

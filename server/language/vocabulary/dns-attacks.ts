/** Attacks on DNS, and load: poisoned caches, floods, users who look names up. */

import { readMasterFile } from '../../../engines/dns/master-file/master-file.ts';
import type { RecordData } from '../../../engines/dns/records.ts';
import { DAY, MILLISECOND } from '../../../engines/quantities.ts';
import {
  count,
  domainName,
  duration,
  host,
  list,
  type Name,
  number,
  optional,
  property,
  recordData,
  recordType,
  subject,
  wordChoice,
} from '../entry.ts';
import type { Site } from '../site.ts';
import { absolute, sentence } from '../zone-records.ts';
import { step, timing } from './timing.ts';

const perSecond = number({ minimum: 0.001, maximum: 1e6 });
const span = duration({ minimum: MILLISECOND, maximum: 100 * DAY, units: ['s', 'min'] });

const poisoningDefaults = { rate: 20_000, attempts: 20, method: 'kaminsky' } as const;

/** The data of the forged record; null (and reported) where it is none of that type. */
function recordDataOf(name: string, type: Name, data: Name, site: Site): RecordData | null {
  const text = `${name} 1 IN ${type.text} ${data.text}`;
  const read = readMasterFile(text, { origin: '.' });
  const problem = read.problems[0];
  const record = read.records[0];
  if (problem || !record) {
    site.report('malformed-record', data, problem ? sentence(problem.message) : `Expected data of a record of type ${type.text}.`);
    return null;
  }
  return record.data;
}

export const dnsAttacksVocabulary = [
  step({
    id: 'poison',
    pattern: 'HOST poisons RESOLVER with NAME TYPE DATA',
    slots: { HOST: subject, RESOLVER: host, NAME: domainName, TYPE: recordType, DATA: recordData },
    properties: {
      method: property(
        'method METHOD',
        { METHOD: wordChoice('classic', 'kaminsky') },
        {
          doc: '`classic` forges answers for the name itself, and after a lost race waits until the real answer has expired. `kaminsky` asks for names that nobody has cached, and its answers bring along a name server of the attacker’s for the whole zone: it tries again at once.',
          default: poisoningDefaults.method,
          standard: 'RFC 5452 §4.3, §6',
          example: 'method classic',
        },
      ),
      rate: property(
        'rate N per s',
        { N: perSecond },
        { doc: 'Forged answers that it sends in a second.', default: String(poisoningDefaults.rate), example: 'rate 1000 per s' },
      ),
      attempts: property(
        'attempts N',
        { N: count({ minimum: 1, maximum: 1e6 }) },
        {
          doc: 'Races that it runs at most. It ends when it has won one.',
          default: String(poisoningDefaults.attempts),
          example: 'attempts 5',
        },
      ),
    },
    doc: 'A host off the path tries to get a false record into a resolver’s cache: it asks the resolver, and floods it with forged answers that claim to come from the zone’s servers, until the real one is in. A forged one is believed when its ID and port are the query’s. The outcome tells the odds beside what came of it.',
    standard: 'RFC 5452',
    example:
      'zone bank.example on ns.bank.example { @ A 192.0.2.1 }\nresolver dns.isp.example { query-ids 256  source-ports 1 }\nhost attacker { address 203.0.113.6 }\nhost victim\nattacker poisons dns.isp.example with bank.example A 203.0.113.6 { method classic  rate 1000 per s  attempts 3 }\nvictim resolves bank.example',
    build(given, block, site: Site) {
      const when = timing(given, site);
      const resolver = site.host(given.RESOLVER);
      if (!when || resolver === null) return;
      const { program } = site;
      program.needsDns = true;
      const name = absolute(given.NAME.text);
      program.usesZone(name, site.place(given.NAME));
      const data = recordDataOf(name, given.TYPE, given.DATA, site);
      if (!data) return;
      if (!program.resolvers.has(resolver.toLowerCase())) {
        site.report(
          'no-resolver',
          given.RESOLVER,
          `\`${resolver}\` is not declared as a resolver, and only a resolver has a cache to poison.`,
        );
        return;
      }
      site.step(when, given.HOST, (attacker) => ({
        kind: 'dns.poison',
        host: attacker,
        resolver,
        name,
        data,
        method: block.method?.METHOD ?? poisoningDefaults.method,
        rate: block.rate?.N ?? poisoningDefaults.rate,
        attempts: block.attempts?.N ?? poisoningDefaults.attempts,
      }));
    },
  }),
  step({
    id: 'flood',
    pattern: 'HOST floods SERVER with [FORGED] dns queries [for NAME] at N per s for T',
    slots: { HOST: subject, SERVER: host, FORGED: optional(wordChoice('forged')), NAME: optional(domainName), N: perSecond, T: span },
    doc: 'The host sends queries to a DNS server, evenly spaced, each for another random name below the one given, or for random top-level names: no cache has them. `forged`: each claims to come from another address, so that no limit per client applies.',
    example:
      'zone shop.example on ns.shop.example { www A 192.0.2.1 }\nnameserver ns.shop.example { capacity 500 per s }\nhost bots[1..3], client\ntogether {\n  bots[1..3] floods ns.shop.example with dns queries for shop.example at 400 per s for 5 s\n  after 1 s client resolves www.shop.example\n}',
    build(given, _block, site: Site) {
      const when = timing(given, site);
      const server = site.host(given.SERVER);
      if (!when || server === null) return;
      site.program.needsDns = true;
      const below = given.NAME && absolute(given.NAME.text);
      if (given.NAME && below) site.program.usesZone(below, site.place(given.NAME));
      site.step(when, given.HOST, (flooding) => ({
        kind: 'dns.flood',
        host: flooding,
        server,
        below,
        forged: given.FORGED !== null,
        rate: given.N,
        duration: given.T,
      }));
    },
  }),
  step({
    id: 'keep resolving',
    pattern: 'HOST keeps resolving NAME [TYPE] at N per s for T',
    slots: { HOST: subject, NAME: list(domainName), TYPE: optional(recordType), N: perSecond, T: span },
    doc: 'The host’s users look names up at random times, so many a second on average (a Poisson process), each for one of the names. It is done when all lookups have ended; one that times out counts as long as it took.',
    example:
      'zone shop.example on ns.shop.example { www A 192.0.2.1 }\nhost client[1..5]\nclient[1..5] keeps resolving www.shop.example, shop.example at 2 per s for 30 s\nexpect lookup success of client[1] = 100 %',
    build(given, _block, site: Site) {
      const when = timing(given, site);
      if (!when) return;
      site.program.needsDns = true;
      const names = given.NAME.map((name) => {
        site.program.usesZone(absolute(name.text), site.place(name));
        return absolute(name.text);
      });
      const type = given.TYPE?.text ?? 'A';
      site.step(when, given.HOST, (asking) => ({ kind: 'dns.load', host: asking, names, type, rate: given.N, duration: given.T }));
    },
  }),
];

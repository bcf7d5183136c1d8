/** DNS: zones, resolvers, name servers, lookups. */

import { cacheDefault, ednsDefault, nameServerDefaults, walkDefault } from '../defaults/dns.ts';
import {
  choice,
  count,
  domainName,
  entry,
  fileName,
  host,
  list,
  newZone,
  optional,
  property,
  recordType,
  repeated,
  size,
  subject,
  wordChoice,
} from '../entry.ts';
import { ownHost } from '../hosts.ts';
import type { Site } from '../site.ts';
import { absolute, askedName, readZoneBlock, readZoneFile } from '../zone-records.ts';
import { limitProperties, limitsOf, queriesOf, queryProperties } from './dns-limits.ts';
import { step, timing } from './timing.ts';

/** Message protocols that views can be limited to. */
export const dnsProtocols = ['dns'] as const;

const walk = wordChoice('iteratively', 'recursively');
const checking = choice(['with dnssec', 'with dnssec'], ['without validation', 'without validation']);
const edns = { SWITCH: optional(wordChoice('on', 'off')), SIZE: optional(size({ minimum: 512, maximum: 65_535, units: ['B'] })) };
const responseCode = choice(
  ['SERVFAIL', 'SERVFAIL'],
  ['REFUSED', 'REFUSED'],
  ['NOTIMP', 'NOTIMP'],
  ['FORMERR', 'FORMERR'],
  ['servfail', 'SERVFAIL'],
  ['refused', 'REFUSED'],
  ['notimp', 'NOTIMP'],
  ['formerr', 'FORMERR'],
);
/** The words of BIND's `rrset-order`. */
const order = wordChoice('cyclic', 'fixed', 'random');

export const dnsVocabulary = [
  entry({
    id: 'zone',
    role: 'declaration',
    pattern: 'zone NAME on HOST [REGISTRATION]',
    slots: { NAME: newZone, HOST: list(host), REGISTRATION: optional(wordChoice('unregistered')) },
    properties: {
      from: property(
        'from FILE',
        { FILE: fileName('.zone', '.db', '.txt') },
        {
          doc: 'Takes the records from a master file.',
          standard: 'RFC 1035 §5',
          example: 'from "amazon.zone"',
        },
      ),
    },
    block: 'records',
    doc: 'Declares a zone, the name servers that serve it, and its records in master-file order. SOA, NS, the addresses of hosts whose names lie in it, and delegations are filled in where they are missing. In the block, a name with dots that is a declared host or lies in a declared zone is complete, with or without a trailing dot; any other name without one continues with the zone’s name. Master files are read strictly: without a trailing dot, each name continues with the zone’s. With `unregistered`, the zone above does not lead to it, so nobody finds it until a registrar registers it.',
    standard: 'RFC 1034 §4.2, RFC 1035 §5.1',
    example:
      'zone amazon.com on dns1.amazon.com, dns2.amazon.com {\n  www 300 A  205.251.242.103\n  @       MX 10 mail.amazon.com\n}\nhost client\nclient resolves www.amazon.com',
    build({ NAME, HOST, REGISTRATION }, block, site) {
      const { program } = site;
      const servers: string[] = [];
      for (const name of HOST) {
        const own = ownHost(name, site);
        if (own !== null && !servers.includes(own)) servers.push(own);
      }
      const origin = absolute(NAME.text);
      const key = origin.toLowerCase();
      if (servers.length === 0 || !program.declareOnce(`zone ${key}`, `Zone \`${NAME.text}\``, site.place(NAME))) return;
      program.needsDns = true;
      const zone = {
        origin,
        servers,
        records: [],
        implicit: false,
        fromFile: block.from !== undefined,
        delegated: REGISTRATION === null,
        at: site.at,
        head: site.head,
      };
      program.zones.set(key, zone);
      site.later(() => {
        if (block.from) readZoneFile(zone, block.from.FILE, site);
        else readZoneBlock(zone, site);
      });
    },
  }),
  entry({
    id: 'resolver',
    role: 'declaration',
    pattern: 'resolver HOST',
    slots: { HOST: host },
    properties: {
      serves: repeated(
        'serves HOST',
        { HOST: list(host) },
        {
          doc: 'The hosts whose local DNS server it is.',
          default: 'hosts in its own domain; the first resolver without this line serves all others',
          example: 'serves engineering.nyu.edu',
        },
      ),
      cache: property(
        'cache RECORDS',
        { RECORDS: count({ maximum: 1e7 }) },
        {
          doc: 'Greatest number of record sets it keeps; 0 keeps nothing.',
          default: String(cacheDefault),
          example: 'cache 10000',
        },
      ),
      order: property(
        'order ORDER',
        { ORDER: order },
        {
          doc: 'In which order hosts get the records of a set from its cache: each answer begins one further on, they stay as they came, or they are shuffled.',
          default: 'cyclic',
          standard: 'RFC 1794',
          example: 'order fixed',
        },
      ),
      walk: property(
        'walk WALK',
        { WALK: walk },
        {
          doc: 'Asks each server in turn, or hands the whole question to the root.',
          default: walkDefault,
          standard: 'RFC 1034 §4.3.1',
          example: 'walk iteratively',
        },
      ),
      dnssec: property(
        'dnssec SWITCH',
        { SWITCH: wordChoice('on', 'off') },
        {
          doc: 'Validates what it learns, from the root’s keys on, and answers SERVFAIL in the place of what is bogus. It has to walk iteratively: servers on the way of a recursive walk hand no signatures on.',
          default: 'off',
          standard: 'RFC 4035 §4',
          example: 'dnssec on',
        },
      ),
      ...queryProperties,
      ...limitProperties,
      edns: property('edns ( SWITCH | SIZE )', edns, {
        doc: 'Whether it asks with EDNS(0), for UDP messages of 1232 bytes or of the size given. Without, what is longer than 512 bytes comes over TCP.',
        default: 'off',
        standard: 'RFC 6891 §6.2.3',
        example: 'edns on',
      }),
      minimise: property(
        'minimise SWITCH',
        { SWITCH: wordChoice('on', 'off') },
        {
          doc: 'Tells each server on the way down no more of the name than it needs: the root is asked about `com`, not about `www.amazon.com`.',
          default: 'off',
          standard: 'RFC 9156',
          example: 'minimise on',
        },
      ),
    },
    doc: 'Makes the host a local DNS server: it answers hosts, keeps a cache and walks the hierarchy.',
    standard: 'RFC 1034 §5.3',
    example:
      'host engineering.nyu.edu\nresolver dns.nyu.edu { serves engineering.nyu.edu  cache 10000  walk iteratively }\nengineering.nyu.edu resolves gaia.cs.umass.edu',
    build({ HOST }, block, site) {
      const { program } = site;
      const own = ownHost(HOST, site);
      if (own === null || !program.declareOnce(`resolver ${own.toLowerCase()}`, `Resolver \`${own}\``, site.place(HOST))) return;
      program.needsDns = true;
      const resolver = {
        host: own,
        serves: [] as string[],
        cache: block.cache?.RECORDS ?? cacheDefault,
        walk: block.walk?.WALK ?? walkDefault,
        dnssec: block.dnssec?.SWITCH === 'on',
        limits: limitsOf(block),
        queries: queriesOf(block),
        edns: payload(block.edns, null),
        minimise: block.minimise?.SWITCH === 'on',
        ...(block.order ? { order: block.order.ORDER } : {}),
        implicit: false,
        at: site.at,
      };
      program.resolvers.set(own.toLowerCase(), resolver);
      site.later(() => {
        for (const { HOST: served } of block.serves ?? []) {
          for (const name of served) {
            const found = site.host(name);
            if (found !== null) resolver.serves.push(found);
          }
        }
      });
    },
  }),
  entry({
    id: 'nameserver',
    role: 'declaration',
    pattern: 'nameserver HOST',
    slots: { HOST: host },
    properties: {
      recursion: property(
        'recursion SWITCH',
        { SWITCH: wordChoice('on', 'off') },
        {
          doc: 'Whether it asks further on behalf of those who want recursion.',
          default: 'off, unless something in the scenario walks recursively',
          standard: 'RFC 1034 §4.3.1',
          example: 'recursion on',
        },
      ),
      ...limitProperties,
      edns: property('edns ( SWITCH | SIZE )', edns, {
        doc: 'Whether it knows EDNS(0), and the greatest UDP message that it sends and takes with it. With `off` it says FORMERR to whoever asks with EDNS, as old servers do.',
        default: `${ednsDefault} B`,
        standard: 'RFC 6891 §6.2.3, §7',
        example: 'edns off',
      }),
      answers: property(
        'answers CODE',
        { CODE: responseCode },
        {
          doc: 'Says this and nothing else to every query: a server that is out of order, or not meant for those who ask. One of SERVFAIL, REFUSED, NOTIMP and FORMERR, in either case.',
          default: 'what the zone holds',
          standard: 'RFC 1035 §4.1.1',
          example: 'answers SERVFAIL',
        },
      ),
      updates: repeated(
        'updates from CLIENT',
        { CLIENT: list(host) },
        {
          doc: 'Hosts that may change the zones whose first server it is, besides its own.',
          default: 'the zone’s servers and the hosts in its domain',
          standard: 'RFC 2136 §3.3',
          example: 'updates from admin',
        },
      ),
      order: property(
        'order ORDER',
        { ORDER: order },
        {
          doc: 'In which order the records of a set are given: each answer begins one further on than the one before, they stay as the zone has them, or they are shuffled.',
          default: 'cyclic',
          standard: 'RFC 1794',
          example: 'order cyclic',
        },
      ),
    },
    doc: 'Settings of a host that serves zones.',
    standard: 'RFC 1034 §4.3',
    example: 'zone umass.edu on dns.umass.edu\nnameserver dns.umass.edu { recursion on }',
    build({ HOST }, block, site) {
      const { program } = site;
      const own = ownHost(HOST, site);
      if (own === null || !program.declareOnce(`nameserver ${own.toLowerCase()}`, `Name server \`${own}\``, site.place(HOST))) return;
      program.needsDns = true;
      const updatesFrom: string[] = [];
      program.nameServers.set(own.toLowerCase(), {
        ...nameServerDefaults(own),
        recursion: block.recursion ? block.recursion.SWITCH === 'on' : null,
        limits: limitsOf(block),
        edns: payload(block.edns, ednsDefault),
        answers: block.answers?.CODE ?? null,
        updatesFrom,
        ...(block.order ? { order: block.order.ORDER } : {}),
        implicit: false,
        at: site.at,
      });
      site.later(() => {
        for (const { CLIENT } of block.updates ?? []) updatesFrom.push(...CLIENT.flatMap((name) => site.host(name) ?? []));
      });
    },
  }),
  step({
    id: 'resolve',
    remembered: true,
    pattern: 'HOST resolves NAME [TYPE] [WALK] [CHECKING]',
    slots: { HOST: subject, NAME: domainName, TYPE: optional(recordType), WALK: optional(walk), CHECKING: optional(checking) },
    doc: 'The host asks its local DNS server for a name: addresses (A) unless a type is given. With PTR, an address stands for its name in in-addr.arpa. `iteratively` and `recursively` set how the local server walks from now on. `with dnssec` asks for signatures, too (DO), and to be told whether they were checked (AD); `without validation` asks a validating server for what there is, bogus or not (CD).',
    standard: 'RFC 1034 §5.3.1',
    example: 'host engineering.nyu.edu\nengineering.nyu.edu resolves gaia.cs.umass.edu A iteratively',
    build(given, _block, site: Site) {
      const when = timing(given, site);
      if (!when) return;
      site.program.needsDns = true;
      const type = given.TYPE?.text ?? 'A';
      const name = askedName(given.NAME.text, type);
      site.program.usesZone(name, site.place(given.NAME));
      if (given.WALK === 'recursively') site.program.walksRecursively = true;
      site.step(when, given.HOST, (asking) => ({
        kind: 'dns.resolve',
        host: asking,
        name,
        type,
        walk: given.WALK,
        checking: given.CHECKING,
      }));
    },
  }),
];

/** Bytes that `edns …` stands for; null for `off`, `otherwise` where it is not written. */
function payload(given: { SWITCH: 'on' | 'off' | null; SIZE: number | null } | undefined, otherwise: number | null): number | null {
  if (!given) return otherwise;
  return given.SWITCH === 'off' ? null : (given.SIZE ?? ednsDefault);
}

/** Content distribution networks: who stands where, what they cache, and who asks. */
import { OBJECTS_LIMIT, objectsOf } from '../../../engines/cdn/compact/titles.ts';
import { formatCount } from '../../../engines/format.ts';
import { REPLACEMENT_POLICIES } from '../../../engines/http/cache/replacement.ts';
import { DAY, MILLISECOND, SECOND } from '../../../engines/quantities.ts';
import { crowdOf, declareCdn, deliveringCdn, usedCdn } from '../cdn.ts';
import { cdnDefaults, crowdDefaults } from '../defaults/cdn.ts';
import {
  choice,
  count,
  domainName,
  duration,
  entry,
  film,
  host,
  list,
  type Name,
  number,
  optional,
  property,
  rate,
  ratio,
  repeated,
  size,
  subject,
  webPath,
  wordChoice,
} from '../entry.ts';
import type { Site } from '../site.ts';
import { written } from '../units.ts';
import { plain } from '../website.ts';
import { algorithm, playerProperties, reportUnused, settingsOf, startProperty } from './player.ts';
import { step, timing } from './timing.ts';

/** Of what a player can be told, all but the giving up of downloads. */
const { abandonment: _, ...playing } = playerProperties;

const objectSize = size({ minimum: 1, maximum: 2 ** 40, units: ['MB', 'kB', 'MiB'] });
const perSecond = number({ minimum: 0.001, maximum: 1e6 });
const span = duration({ minimum: SECOND, maximum: 100 * DAY, units: ['min', 's', 'h'] });

const crowd = property(
  'flash-crowd PATH after DELAY for SPAN at RATE per s',
  { PATH: webPath, DELAY: duration({ maximum: 100 * DAY, units: ['min', 's'] }), SPAN: span, RATE: perSecond },
  {
    doc: 'From DELAY after the step’s beginning on, further requests come for one object of the catalogue, so many a second on average.',
    example: 'flash-crowd "/object500" after 1 min for 2 min at 50 per s',
  },
);

const kingcdn =
  'host viewer[1..3]\nzone netcinema.com on ns.netcinema.com {}\ncdn kingcdn {\n  nodes edge[1..2]\n  origin origin.netcinema.com\n  serves video.netcinema.com\n  cache 20 MB lru\n  catalogue 100 objects of 1 MB zipf 0.8\n}\n';

export const cdnVocabulary = [
  entry({
    id: 'cdn',
    role: 'declaration',
    pattern: 'cdn NAME [on SERVER]',
    slots: { NAME: domainName, SERVER: optional(host) },
    properties: {
      origin: property(
        'origin SITE [on HOST]',
        { SITE: domainName, HOST: optional(host) },
        {
          doc: 'The website that nodes get what they do not have from. It is filled in where no `website` line declares it.',
          default: 'origin.NAME.com, with the catalogue',
          example: 'origin origin.netcinema.com',
        },
      ),
      nodes: repeated(
        'nodes HOST',
        { HOST: list(host) },
        {
          doc: 'The hosts whose caches stand in front of the origin.',
          default: 'those that `placement` fills in',
          example: 'nodes edge[1..8]',
        },
      ),
      placement: property(
        'placement PLACE [N]',
        { PLACE: choice(['enter deep', 'enter deep'], ['bring home', 'bring home']), N: optional(count({ minimum: 1, maximum: 1_000 })) },
        {
          doc: 'Fills nodes in, `NAME-1` and so on. `enter deep`: one inside each access network (`isp`), 1 ms from its router, with 1 Gbps; `bring home`: so many, 2 where it is not said, beside the core, 5 ms from it, with 10 Gbps. A `host` line of that name changes its line.',
          default: 'bring home',
          example: 'placement enter deep',
        },
      ),
      serves: repeated(
        'serves NAME',
        { NAME: list(domainName) },
        {
          doc: 'Names of the customer’s website that nodes answer for. A CNAME record leads from each into the CDN’s domain; it is filled in where the zone has none.',
          default: 'www in its own domain',
          standard: 'RFC 1034 §3.6.2',
          example: 'serves video.netcinema.com',
        },
      ),
      cache: property(
        'cache SIZE [POLICY]',
        { SIZE: size({ minimum: 1, maximum: 2 ** 50, units: ['GB', 'MB', 'GiB'] }), POLICY: optional(wordChoice(...REPLACEMENT_POLICIES)) },
        {
          doc: 'Room for stored responses on each node, and what goes when it is full: what was used longest ago (`lru`), was used least, with aging (`lfu`), was used least for its size (`gdsf`), or came first (`fifo`).',
          default: `${written(cdnDefaults.cache, 'size')} ${cdnDefaults.policy}`,
          standard: 'RFC 9111 §2',
          example: 'cache 10 GiB gdsf',
        },
      ),
      fill: property(
        'fill HOW',
        { HOW: wordChoice('pull', 'push') },
        {
          doc: '`pull`: a node stores what clients ask for. `push`: it stores what a `push` step brings, and passes the rest on.',
          default: cdnDefaults.fill,
          example: 'fill push',
        },
      ),
      cluster: repeated(
        'cluster HOST',
        { HOST: list(host) },
        {
          doc: 'Nodes that share their caches: each object belongs to one of them by consistent hashing, and the others ask that one.',
          default: 'each node for itself',
          example: 'cluster kingcdn-1, kingcdn-2',
        },
      ),
      catalogue: property(
        'catalogue N objects of SIZE [to LARGEST] [zipf ALPHA]',
        {
          N: count({ minimum: 1, maximum: 100_000 }),
          SIZE: objectSize,
          LARGEST: optional(objectSize),
          ALPHA: optional(number({ minimum: 0, maximum: 4 })),
        },
        {
          doc: 'What the origin has, `/object1` and so on, and how popular it is: the i-th object is asked for in proportion to 1 / i^ALPHA. Sizes up to LARGEST are drawn, each order of magnitude as likely.',
          default: `none; zipf ${cdnDefaults.alpha}`,
          example: 'catalogue 10000 objects of 1 MB zipf 0.8',
        },
      ),
      content: repeated(
        'content FILM',
        { FILM: list(film) },
        {
          doc: 'Videos that lie on the origin, with a manifest that leads to the nodes: `tv plays madmen from kingcdn`.',
          default: 'none',
          standard: 'ISO/IEC 23009-1 §5.6',
          example: 'content madmen',
        },
      ),
      ttl: property(
        'ttl TIME',
        { TIME: duration({ minimum: 0, maximum: DAY, units: ['s', 'min'] }) },
        {
          doc: 'How long resolvers may keep the address of a node.',
          default: `${cdnDefaults.ttl} s`,
          standard: 'RFC 1035 §3.2.1',
          example: 'ttl 20 s',
        },
      ),
      healthCheck: property(
        'health-check every TIME',
        { TIME: span },
        {
          doc: 'How often the CDN’s name server asks each node how it is. One that does not answer within 2 s is handed out no more until it does.',
          default: written(cdnDefaults.healthCheck, 'duration'),
          example: 'health-check every 5 s',
        },
      ),
      loadLimit: property(
        'load-limit LOAD',
        { LOAD: ratio() },
        {
          doc: 'A node whose line is used beyond this share, as it said at the last health check, gets no further clients where another one can take them.',
          default: written(cdnDefaults.loadLimit, 'ratio'),
          example: 'load-limit 60 %',
        },
      ),
    },
    blockRequired: true,
    doc: 'Declares a content distribution network: caches at many places, and a name server (`ns` in its domain unless another one is named) that answers each resolver with the address of the nearest node that is up and not full. A name without a dot is one in `com`. Nodes are reverse proxies on port 80; requests for what is on its way to a node wait for it.',
    standard: 'RFC 9110 §3.7, RFC 9111',
    example: `${kingcdn}viewer[1] requests "/object1" from video.netcinema.com`,
    build({ NAME, SERVER }, block, site) {
      const name = plain(NAME.text);
      const domain = name.includes('.') ? name : `${name}.com`;
      const placed = site.property('placement');
      if (block.ttl && block.ttl.TIME % SECOND !== 0) {
        site.report('out-of-range', site.property('ttl'), 'The time to live of a record is in whole seconds (RFC 1035 §3.2.1).');
      }
      const { catalogue } = block;
      if (catalogue?.LARGEST != null && catalogue.LARGEST < catalogue.SIZE) {
        site.report('out-of-range', site.property('catalogue'), 'The largest object is smaller than the smallest.');
        return;
      }
      declareCdn(
        NAME,
        SERVER,
        {
          nodes: (block.nodes ?? []).flatMap(({ HOST }) => HOST),
          placement: {
            where: block.placement?.PLACE ?? 'bring home',
            count: block.placement?.N ?? null,
            at: block.placement ? { text: name, ...placed } : null,
          },
          origin: block.origin?.SITE ?? { ...NAME, text: `origin.${domain}` },
          originHost: block.origin?.HOST ?? null,
          serves: (block.serves ?? []).flatMap((given) => given.NAME),
          cache: { size: block.cache?.SIZE ?? cdnDefaults.cache, policy: block.cache?.POLICY ?? cdnDefaults.policy },
          fill: block.fill?.HOW ?? cdnDefaults.fill,
          content: (block.content ?? []).flatMap((given) => given.FILM),
          clusters: (block.cluster ?? []).map(({ HOST }) => HOST),
          catalogue: catalogue
            ? {
                count: catalogue.N,
                smallest: catalogue.SIZE,
                largest: catalogue.LARGEST ?? catalogue.SIZE,
                alpha: catalogue.ALPHA ?? cdnDefaults.alpha,
              }
            : null,
          ttl: block.ttl ? Math.floor(block.ttl.TIME / SECOND) : cdnDefaults.ttl,
          healthCheck: block.healthCheck?.TIME ?? cdnDefaults.healthCheck,
          loadLimit: block.loadLimit?.LOAD ?? cdnDefaults.loadLimit,
        },
        site,
      );
    },
  }),
  step({
    id: 'keep requesting',
    pattern: 'HOST keeps requesting from CDN at N per s for T',
    slots: { HOST: subject, CDN: domainName, N: perSecond, T: span },
    properties: {
      site: property(
        'site NAME',
        { NAME: domainName },
        {
          doc: 'The name that they ask: one that the CDN serves, or that of the origin, past all nodes.',
          default: 'the first one that it serves',
          example: 'site origin.kingcdn.com',
        },
      ),
      crowd,
    },
    doc: 'The host’s users ask for objects of a CDN’s catalogue at random times, so many a second on average (a Poisson process), each for one drawn by its popularity. Each user looks the name up and has a connection of its own; one that fails tries again after 5 s, four times at most. It is done when the last one has its object or has given up.',
    example: `${kingcdn}viewer[1..3] keeps requesting from kingcdn at 2 per s for 10 s { flash-crowd "/object50" after 5 s for 5 s at 3 per s }\nexpect failed requests of kingcdn = 0`,
    build(given, block, site: Site) {
      const when = timing(given, site);
      const used = usedCdn(given.CDN, site);
      const flash = used && crowdOf(block.crowd, used.catalogue, site);
      const asked = used && askedSite(block.site?.NAME ?? null, used, site);
      if (!when || !used || flash === undefined || !asked) return;
      site.step(when, given.HOST, (asking) => ({
        kind: 'cdn.requests',
        host: asking,
        cdn: used.name,
        site: asked,
        rate: given.N,
        duration: given.T,
        crowd: flash,
      }));
    },
  }),
  step({
    id: 'push',
    pattern: 'push CDN [to NODE]',
    slots: { CDN: domainName, NODE: optional(list(host)) },
    doc: 'Each node of the CDN, or those that are named, fetches from the origin what will be asked for most, until its cache is full. It is done when all have it.',
    example: `${kingcdn}push kingcdn\nviewer[1] requests "/object1" from video.netcinema.com`,
    build(given, _block, site: Site) {
      const when = timing(given, site);
      const used = usedCdn(given.CDN, site);
      if (!when || !used) return;
      const nodes: string[] = [];
      for (const name of given.NODE ?? []) {
        const found = site.host(name);
        if (found === null) return;
        if (!used.nodes.includes(found)) {
          site.report('not-a-node', name, `\`${found}\` is no node of \`${used.name}\`.`);
          return;
        }
        nodes.push(found);
      }
      site.addStep(when, { kind: 'cdn.push', cdn: used.name, nodes: nodes.length > 0 ? nodes : used.nodes });
    },
  }),
  step({
    id: 'crowd',
    pattern: 'crowd of VIEWERS uses CDN at N per s for T',
    slots: { VIEWERS: count({ minimum: 1, maximum: 1e7 }), CDN: domainName, N: perSecond, T: span },
    properties: { crowd },
    doc: 'So many viewers ask for objects of a CDN’s catalogue, each so many times a second on average. Each request is decided by the same choice of nodes, the same rings and caches as messages are, but nothing is sent: what takes time and room is left out, so that an hour of ten thousand viewers takes seconds. As many stand near each node; caches begin empty, or where the CDN fills them by `push`, full.',
    example:
      'cdn kingcdn { nodes edge[1..5]  cache 100 MB lru  catalogue 1000 objects of 1 MB zipf 0.8 }\ncrowd of 1000 uses kingcdn at 0.1 per s for 10 min\nexpect cdn hit ratio of kingcdn > 20 %',
    build(given, block, site: Site) {
      const when = timing(given, site);
      const used = usedCdn(given.CDN, site);
      const flash = used && crowdOf(block.crowd, used.catalogue, site);
      if (!when || !used || flash === undefined) return;
      const requests = (given.VIEWERS * given.N * given.T) / SECOND + (flash ? (flash.rate * flash.duration) / SECOND : 0);
      if (isTooMuch('requests', requests, MOST_REQUESTS, site)) return;
      if (areTooMany(used.nodes.length, used.catalogue.objects.length, site)) return;
      site.addStep(when, {
        kind: 'cdn.crowd',
        cdn: used.name,
        viewers: given.VIEWERS,
        rate: given.N,
        duration: given.T,
        crowd: flash,
      });
    },
  }),
  step({
    id: 'watching crowd',
    pattern: 'crowd of VIEWERS watches films of CDN [using ALGORITHM] for T',
    slots: { VIEWERS: count({ minimum: 1, maximum: 1e6 }), CDN: domainName, ALGORITHM: optional(algorithm), T: span },
    properties: {
      titles: property(
        'titles N [zipf ALPHA]',
        { N: count({ minimum: 1, maximum: 100_000 }), ALPHA: optional(number({ minimum: 0, maximum: 4 })) },
        {
          doc: 'How many films there are to choose among, each with the segments of one of the `content`, by turns: the i-th is chosen in proportion to 1 / i^ALPHA.',
          default: `one of each; zipf ${cdnDefaults.alpha}`,
          example: 'titles 100 zipf 1',
        },
      ),
      down: property(
        'down RATE',
        { RATE: rate({ minimum: 1000, maximum: 1e12, units: ['Mbps', 'kbps'] }) },
        { doc: 'What each viewer’s line carries.', default: written(crowdDefaults.down, 'rate'), example: 'down 10 Mbps' },
      ),
      latency: property(
        'latency TIME',
        { TIME: duration({ maximum: 10 * SECOND, units: ['ms'] }) },
        {
          doc: 'Of each viewer’s line, one way; the way from the node that is near to the one that serves comes on top.',
          default: written(crowdDefaults.latency, 'duration'),
          example: 'latency 20 ms',
        },
      ),
      arriving: property(
        'arriving within TIME',
        { TIME: duration({ maximum: 100 * DAY, units: ['min', 's'] }) },
        {
          doc: 'Viewers come at random times within that, and begin their first film.',
          default: written(crowdDefaults.arriving, 'duration'),
          example: 'arriving within 10 min',
        },
      ),
      ...playing,
      start: startProperty(),
    },
    doc: 'So many viewers watch films of a CDN, one after the other, each with a player and a playout buffer of its own. Players, nodes, rings and caches are the same as with messages, but nothing is sent: a segment takes a round trip, and its fair share of the node’s line and, where no cache has it, of the origin’s. Downloads are not given up. As many viewers stand near each node; caches begin empty, or where the CDN fills them by `push`, full.',
    example:
      'video madmen { duration 2 min  segment 4 s  ladder 400 kbps, 1 Mbps, 2.5 Mbps }\ncdn kingcdn { nodes edge[1..5]  content madmen }\nhost edge[1..5] { rate 100 Mbps }\ncrowd of 500 watches films of kingcdn using bola for 10 min { titles 20  buffer 20 s }\nexpect stall ratio of kingcdn < 5 %\nexpect 95th percentile cdn response time of kingcdn < 4 s',
    build(given, block, site: Site) {
      const when = timing(given, site);
      const used = deliveringCdn(given.CDN, site);
      if (!when || !used) return;
      const { cdn, films } = used;
      reportUnused(block, given.ALGORITHM, site);
      const [settings] = films.map((film) => settingsOf(block, given.ALGORITHM, film, site));
      if (!settings) return;
      const titles = block.titles?.N ?? films.length;
      const objects = objectsOf(films, titles);
      if (objects > OBJECTS_LIMIT) {
        site.report(
          'out-of-range',
          site.property('titles'),
          `${formatCount(titles)} titles have ${formatCount(objects)} segments in all renditions; ${formatCount(OBJECTS_LIMIT)} are possible.`,
        );
        return;
      }
      const segment = Math.min(...films.map(({ movie }) => movie.segmentDuration)) * MILLISECOND;
      if (isTooMuch('segments', (given.VIEWERS * given.T) / segment, MOST_SEGMENTS, site)) return;
      if (areTooMany(cdn.nodes.length, objects, site)) return;
      site.addStep(when, {
        kind: 'cdn.watching',
        cdn: cdn.name,
        viewers: given.VIEWERS,
        duration: given.T,
        films,
        titles,
        alpha: block.titles?.ALPHA ?? cdnDefaults.alpha,
        settings: { ...settings, abandonment: false },
        down: block.down?.RATE ?? crowdDefaults.down,
        latency: block.latency?.TIME ?? crowdDefaults.latency,
        arriving: block.arriving?.TIME ?? crowdDefaults.arriving,
      });
    },
  }),
];

/** Of a crowd: some minutes of computing. */
const MOST_REQUESTS = 1e9;
const MOST_SEGMENTS = 1e8;
/** Objects of all nodes' caches, stored or not: some hundred megabytes. */
const MOST_PLACES = 2e7;

/** Whether a crowd would make more than can be awaited; reported. */
function isTooMuch(what: string, asked: number, most: number, site: Site): boolean {
  if (asked <= most) return false;
  site.report(
    'out-of-range',
    site.slot('VIEWERS'),
    `So many viewers for so long are ${formatCount(Math.ceil(asked))} ${what}; ${formatCount(most)} are possible.`,
  );
  return true;
}

/** Whether caches would have to keep a place for more than there is room; reported. */
function areTooMany(nodes: number, objects: number, site: Site): boolean {
  if (nodes * objects <= MOST_PLACES) return false;
  site.report(
    'out-of-range',
    site.slot('CDN'),
    `${formatCount(nodes)} nodes with ${formatCount(objects)} objects each are too many for a crowd; ${formatCount(MOST_PLACES)} are possible in all.`,
  );
  return true;
}

/** A name that the CDN serves, or its origin's; null (and reported) for another. */
function askedSite(
  name: Name | null,
  used: { readonly name: string; readonly serves: readonly string[]; readonly origin: { readonly site: string } },
  site: Site,
): string | null {
  const [first] = used.serves;
  if (name === null) return first ?? null;
  const wanted = plain(name.text);
  if (used.serves.includes(wanted) || wanted === used.origin.site) return wanted;
  site.report('unknown-website', name, `\`${used.name}\` serves \`${used.serves.join('`, `')}\`, from \`${used.origin.site}\`.`);
  return null;
}

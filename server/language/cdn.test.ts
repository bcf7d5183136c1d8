/** Content distribution networks and access networks in the language: what is filled in, and what is wrong where. */
import { describe, expect, test } from 'vitest';
import { compileText, markOf, readAnnotated } from './annotated-source-for-tests.ts';
import { compile } from './compile.ts';

const scenarioOf = (text: string) => {
  const { scenario, diagnostics } = compileText(text);
  expect(diagnostics.filter(({ severity }) => severity !== 'hint').map(({ message }) => message)).toEqual([]);
  return scenario;
};
const cdnOf = (text: string) => scenarioOf(text).services.find((service) => service.kind === 'cdn.network')!;
const recordsOf = (text: string, origin: string) =>
  scenarioOf(text).services.flatMap((service) =>
    service.kind === 'dns.zone' && service.origin === origin
      ? service.records.flatMap(({ name, ttl, data }) =>
          data.type === 'A' ? [`${name} ${ttl} A ${data.address}`] : data.type === 'CNAME' ? [`${name} ${ttl} CNAME ${data.target}`] : [],
        )
      : [],
  );

describe('what is filled in', () => {
  test('everything, for a CDN of which nothing is said', () => {
    expect(cdnOf('cdn kingcdn { catalogue 3 objects of 1 MB }\npush kingcdn')).toMatchObject({
      name: 'kingcdn',
      domain: 'kingcdn.com.',
      host: 'ns.kingcdn.com',
      nodes: ['kingcdn-1', 'kingcdn-2'],
      origin: { site: 'origin.kingcdn.com', host: 'origin.kingcdn.com' },
      serves: ['www.kingcdn.com'],
      cache: { size: 10 * 2 ** 30, policy: 'lru' },
      fill: 'pull',
      clusters: [],
      healthCheck: 10e9,
      loadLimit: 0.8,
      catalogue: { objects: [1, 2, 3].map((i) => ({ path: `/object${i}`, size: 1e6 })), alpha: 0.8 },
    });
  });

  test('an alias from the customer’s name into the CDN’s domain, where all nodes have an address', () => {
    const text =
      'host pc\nhost edge[1..2]\nzone netcinema.com on ns.netcinema.com { }\ncdn kingcdn { nodes edge[1..2] serves video.netcinema.com ttl 30 s }\npc resolves video.netcinema.com';
    expect(recordsOf(text, 'netcinema.com.')).toContain('video.netcinema.com. 3600 CNAME video-netcinema-com.kingcdn.com.');
    expect(recordsOf(text, 'kingcdn.com.').filter((record) => record.startsWith('video-'))).toEqual([
      'video-netcinema-com.kingcdn.com. 30 A 10.0.0.2',
      'video-netcinema-com.kingcdn.com. 30 A 10.0.0.3',
    ]);
  });

  test('no alias where the customer has one: its target gets the addresses', () => {
    const text =
      'host pc\nhost edge\nzone netcinema.com on ns.netcinema.com { video CNAME a1105.kingcdn.com }\ncdn kingcdn { nodes edge serves video.netcinema.com }\npc resolves video.netcinema.com';
    expect(recordsOf(text, 'kingcdn.com.')).toContain('a1105.kingcdn.com. 20 A 10.0.0.2');
    expect(recordsOf(text, 'netcinema.com.').filter((record) => record.startsWith('video'))).toEqual([
      'video.netcinema.com. 86400 CNAME a1105.kingcdn.com.',
    ]);
  });

  test('a node inside each access network, for a placement that enters deep', () => {
    const text =
      'host viewer[1..2]\nisp west { inside viewer[1] }\nisp east { inside viewer[2] }\ncdn deep { placement enter deep catalogue 1 objects of 1 kB }\nviewer[1] requests "/object1" from www.deep.com';
    const { services, hosts } = scenarioOf(text);
    expect(services.flatMap((service) => (service.kind === 'network.access-network' ? [service.inside] : []))).toEqual([
      ['viewer1', 'deep-1'],
      ['viewer2', 'deep-2'],
    ]);
    expect(hosts.find(({ name }) => name === 'deep-1')).toMatchObject({ up: 1e9, latency: 1e6 });
  });

  test('a host line says more of a placed node than its placement', () => {
    const { hosts } = scenarioOf('host k-1 { latency 9 ms }\ncdn k { placement bring home 1 catalogue 1 objects of 1 kB }\npush k');
    expect(hosts.find(({ name }) => name === 'k-1')).toMatchObject({ up: 1e10, latency: 9e6 });
  });

  test('the author’s own zone of the CDN’s domain, and origin', () => {
    const cdn = cdnOf(
      'cdn kingcdn { nodes edge origin films.netcinema.com catalogue 1 objects of 1 kB }\nzone kingcdn.com on dns1.kingcdn.com { }\nwebsite films.netcinema.com on storage { page "/" 1 kB }\npush kingcdn',
    );
    expect([cdn.host, cdn.origin]).toEqual(['dns1.kingcdn.com', { site: 'films.netcinema.com', host: 'storage' }]);
  });

  test('a film on the origin, with a manifest that leads to where it was fetched from', () => {
    const { services, steps } = scenarioOf(
      'host tv\nvideo madmen { duration 8 s segment 4 s ladder 1 Mbps }\ncdn kingcdn { content madmen }\ntv plays madmen from kingcdn\ntv plays madmen',
    );
    expect(steps.map(({ action }) => action.kind === 'dash.play' && action.manifests)).toEqual([
      ['http://www.kingcdn.com/madmen/manifest.mpd'],
      ['http://www.kingcdn.com/madmen/manifest.mpd'],
    ]);
    const origin = services.find((service) => service.kind === 'http.website');
    expect(origin?.name).toBe('origin.kingcdn.com');
    const manifest = origin?.resources.find(({ path }) => path === '/madmen/manifest.mpd');
    expect(manifest?.content.kind === 'bytes' && new TextDecoder().decode(manifest.content.bytes)).toContain('<BaseURL>./</BaseURL>');
    expect(origin?.resources.map(({ path }) => path)).toContain('/madmen/1000k/2.m4s');
  });

  test('sizes between two, each order of magnitude alike, the same each time', () => {
    const sizes = () => cdnOf('cdn k { catalogue 3000 objects of 1 kB to 1 MB }\npush k').catalogue!.objects.map(({ size }) => size);
    const found = sizes();
    expect(found).toEqual(sizes());
    expect(Math.min(...found)).toBeGreaterThanOrEqual(1e3);
    expect(Math.max(...found)).toBeLessThanOrEqual(1e6);
    for (const [low, high] of [
      [1e3, 1e4],
      [1e4, 1e5],
      [1e5, 1e6],
    ] as const) {
      expect(Math.abs(found.filter((size) => size >= low && size < high).length - 1_000)).toBeLessThan(100);
    }
  });
});

const VIEWER = 'host viewer, edge\ncdn kingcdn { nodes edge catalogue 5 objects of 1 kB }\n';

describe('diagnostics', () => {
  test.each<[string, string]>([
    ['a CDN that nobody declares', `${VIEWER}push kingcnd\n     ^^^^^^^ unknown-cdn: Did you mean \`kingcdn\`?`],
    [
      'a CDN without a catalogue',
      'host viewer, edge\ncdn k { nodes edge }\nviewer keeps requesting from k at 1 per s for 5 s\n                             ^ unknown-cdn: has no catalogue',
    ],
    ['a node twice', 'cdn a { nodes edge }\ncdn b { nodes edge }\n              ^^^^ duplicate-declaration'],
    ['a CDN twice', 'cdn a { nodes x }\ncdn a { nodes y }\n    ^ duplicate-declaration'],
    ['a node that is a web server', 'website edge { page "/" 1 kB }\ncdn a { nodes edge }\n              ^^^^ shared-port'],
    ['nodes deep inside of nothing', 'cdn a { placement enter deep }\n        ^^^^^^^^^^^^^^^^^^^^ no-nodes: there are none'],
    ['nodes and a placement', 'cdn a { nodes edge placement bring home 3 }\n                   ^^^^^^^^^^^^^^^^^^^^^^ without-effect'],
    ['a cluster of others', 'host x\ncdn a { nodes edge cluster edge, x }\n                                 ^ not-a-node: `edge` are'],
    ['a node in two clusters', 'cdn a { nodes p, q cluster p cluster p, q }\n                                     ^ not-a-node: already'],
    [
      'a film that the CDN does not have',
      'host tv\nvideo madmen { duration 8 s }\ncdn k { nodes e }\ntv plays madmen from k\n                     ^ video-nowhere',
    ],
    ['a name of nobody’s zone', 'cdn a { nodes p serves video.netcinema.com }\n                       ^^^^^^^^^^^^^^^^^^^ unknown-zone'],
    [
      'a crowd that watches where there is no film',
      `${VIEWER}crowd of 10 watches films of kingcdn for 1 min\n                             ^^^^^^^ video-nowhere: delivers no film`,
    ],
    [
      'a crowd with no room for a segment',
      'video v { segment 6 s }\ncdn k { nodes e content v }\ncrowd of 10 watches films of k for 1 min { buffer 5 s }\n                                           ^^^^^^^^^^ out-of-range: a segment takes 6 s',
    ],
    [
      'more titles than caches can number',
      'video v { duration 1 h segment 1 s }\ncdn k { nodes e content v }\ncrowd of 10 watches films of k for 1 min { titles 100 }\n                                           ^^^^^^^^^^ out-of-range: 1,440,000 segments',
    ],
    [
      'more requests than anybody waits for',
      `${VIEWER}crowd of 10000000 uses kingcdn at 1 per s for 1 h\n         ^^^^^^^^ out-of-range: are 36,000,000,000 requests; 1,000,000,000 are possible`,
    ],
    [
      'more segments than anybody waits for',
      'video v { segment 1 s }\ncdn k { nodes e content v }\ncrowd of 1000000 watches films of k for 1 h\n         ^^^^^^^ out-of-range: are 3,600,000,000 segments',
    ],
    [
      'more places in caches than there is room',
      'cdn k { placement bring home 1000 catalogue 100000 objects of 1 kB }\ncrowd of 10 uses k at 1 per s for 1 min\n                 ^ out-of-range: 1,000 nodes with 100,000 objects',
    ],
    [
      'an object beyond the catalogue',
      'host x\ncdn k { nodes edge[1..2] catalogue 5 objects of 1 kB }\nx requests "/object77" from www.k.com\n           ^^^^^^^^^^^ unknown-resource: ends with `/object5`',
    ],
    [
      'an object beyond the catalogue, of the origin',
      'host x\ncdn k { nodes edge[1..2] catalogue 5 objects of 1 kB }\nx requests "/object6" from origin.k.com\n           ^^^^^^^^^^ unknown-resource: gets 404',
    ],
    [
      'the load of a host that is no node',
      'host x\ncdn k { nodes edge[1..2] catalogue 5 objects of 1 kB }\nx requests "/object1" from www.k.com\nexpect node load at x < 10 %\n                    ^ not-a-node: `edge1` and `edge2` are',
    ],
    [
      'a plot of a host that is no node',
      'host x9\ncdn k { nodes edge[1..2] catalogue 5 objects of 1 kB }\nx9 requests "/object1" from www.k.com\nplot node requests at x9\n                      ^^ not-a-node',
    ],
    [
      'a metric of a CDN that nobody declares',
      'host x\ncdn k { nodes edge[1..2] catalogue 5 objects of 1 kB }\nx requests "/object1" from www.k.com\nexpect cdn hit ratio of k9 < 10 %\n                        ^^ unknown-cdn: There is no CDN',
    ],
    [
      'a CDN by the name of its domain',
      'host x\ncdn k { nodes edge[1..2] catalogue 5 objects of 1 kB }\nx requests "/object1" from www.k.com\nexpect origin offload of k.com < 10 %\n                         ^^^^^ unknown-cdn',
    ],
    [
      'a node on the host of the origin',
      'cdn k { nodes origin.k.com catalogue 1 objects of 1 kB }\n              ^^^^^^^^^^^^ shared-port: a host of its own\npush k',
    ],
    [
      'an origin that nodes cannot ask',
      'website o.org { page "/" 1 kB https required }\ncdn k { nodes e origin o.org catalogue 1 objects of 1 kB }\n                       ^^^^^ unknown-website: Nodes ask by http\npush k',
    ],
    [
      'a time to live between two seconds',
      'cdn k { nodes e ttl 500 ms catalogue 1 objects of 1 kB }\n                ^^^^^^^^^^ out-of-range: whole seconds\npush k',
    ],
    [
      'a number of nodes that enter deep',
      'host x\nisp i { inside x }\ncdn k { placement enter deep 3 catalogue 1 objects of 1 kB }\n        ^^^^^^^^^^^^^^^^^^^^^^ without-effect: 1 here\npush k',
    ],
    ['a push to another host', `${VIEWER}push kingcdn to viewer\n                ^^^^^^ not-a-node`],
    [
      'a crowd on what is not there',
      `${VIEWER}viewer keeps requesting from kingcdn at 1 per s for 5 s { flash-crowd "/object6" after 1 s for 1 s at 5 per s }\n                                                                      ^^^^^^^^^^ unknown-resource: \`/object5\``,
    ],
    [
      'another site',
      `${VIEWER}viewer keeps requesting from kingcdn at 1 per s for 5 s { site www.example.org }\n                                                               ^^^^^^^^^^^^^^^ unknown-website: serves`,
    ],
    [
      'sizes the wrong way round',
      'cdn a { catalogue 5 objects of 2 MB to 1 MB }\n        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ out-of-range',
    ],
    ['a host in two access networks', 'host a\nisp x { inside a }\nisp y { inside a }\n               ^ two-access-networks: already'],
    ['a router inside of itself', 'isp x { inside x }\n               ^ two-access-networks: itself'],
    [
      'a router inside of another access network',
      'isp x { inside y }\n               ^ two-access-networks: router\nisp y { inside z }\nhost z\nz crashes',
    ],
    ['a host behind a NAT', 'host a\nnat r { inside a }\nisp x { inside a }\n               ^ two-access-networks: NAT'],
  ])('%s', (_name, annotated) => {
    const wanted = readAnnotated(annotated);
    const found = compileText(wanted.text).diagnostics.filter(({ severity }) => severity !== 'hint');
    expect(
      found.map((diagnostic) => markOf(wanted.text, diagnostic)),
      found.map(({ message }) => message).join('\n'),
    ).toEqual(wanted.marks);
    wanted.messages.forEach((part, i) => {
      if (part !== null) expect(found[i]?.message).toContain(part);
    });
    for (const { message } of found) expect(message).toMatch(/[.?]$/);
  });

  test('a CDN that only a later cell of a notebook declares', () => {
    const cells = ['push kingcdn', 'cdn kingcdn { catalogue 1 objects of 1 kB }'].map((text, i) => ({
      uri: `nb:/n.netscenario.md#${i}`,
      text,
    }));
    expect(compile(cells, new Map()).diagnostics.map(({ code }) => code)).toContain('declared-below');
  });
});

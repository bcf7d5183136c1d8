/** Content distribution networks, as their statements declare them. */

import { cdnMetrics } from '../../engines/cdn/metrics.ts';
import type { Catalogue, CdnService, FlashCrowdDeclaration } from '../../engines/cdn/scenario.ts';
import type { Film } from '../../engines/dash/film.ts';
import { canonical, isSubdomain } from '../../engines/dns/domain-name.ts';
import { exponentialOfNegative, naturalLogarithm } from '../../engines/kernel/elementary-functions.ts';
import { randomStream } from '../../engines/kernel/random.ts';
import { nameOf } from './defaults/addresses.ts';
import { nodeLines } from './defaults/cdn.ts';
import type { Name } from './entry.ts';
import { ownHost } from './hosts.ts';
import type { Program, ProgramCdn } from './program.ts';
import type { Site } from './site.ts';
import { nearest, oneOf } from './spelling.ts';
import { videoNamed } from './video.ts';
import { emptyWebsite, plain } from './website.ts';

/** What a `cdn` block says, defaults filled in. */
export interface CdnBlock extends Pick<CdnService, 'cache' | 'fill' | 'healthCheck' | 'loadLimit'> {
  readonly nodes: readonly Name[];
  /** Where it is written, it has a place. */
  readonly placement: { readonly where: keyof typeof nodeLines; readonly count: number | null; readonly at: Name | null };
  readonly origin: Name;
  readonly originHost: Name | null;
  readonly serves: readonly Name[];
  readonly clusters: readonly (readonly Name[])[];
  /** Videos whose manifests lead to the nodes. */
  readonly content: readonly Name[];
  readonly catalogue: { readonly count: number; readonly smallest: number; readonly largest: number; readonly alpha: number } | null;
  /** Seconds. */
  readonly ttl: number;
}

/** `NAME` declares it; `SERVER` is its name server where it is said. */
export function declareCdn(NAME: Name, SERVER: Name | null, block: CdnBlock, site: Site): void {
  const { program } = site;
  const name = plain(NAME.text);
  if (!program.declareOnce(`cdn ${name}`, `CDN \`${NAME.text}\``, site.place(NAME))) return;
  const domain = canonical(name.includes('.') ? nameOf(name) : `${name}.com.`);
  const host = ownHost(SERVER ?? { ...NAME, text: `ns.${domain.slice(0, -1)}` }, site);
  const origin = plain(block.origin.text);
  const originHost = ownHost(block.originHost ?? block.origin, site);
  if (host === null || originHost === null) return;
  program.needsDns = true;
  declareZone(domain, host, site);
  site.later(() => {
    const nodes = nodesOf(name, block, site);
    if (nodes.length === 0) return;
    const own = block.nodes.find(({ text }) => text.toLowerCase() === originHost.toLowerCase());
    if (own) {
      site.report(
        'shared-port',
        own,
        `The origin is on \`${originHost}\`, on the port that a node needs: a node stands on a host of its own.`,
      );
      return;
    }
    if (program.websites.get(origin)?.https === 'required') {
      site.report(
        'unknown-website',
        block.origin,
        `Nodes ask by http, and \`${origin}\` answers that with a redirect to https: an origin has no \`https required\`.`,
      );
    }
    const catalogue = block.catalogue && catalogueOf(block.catalogue);
    declareOrigin(origin, originHost, catalogue, site);
    const serves = servedBy(domain, block.serves, site);
    const films = block.content.flatMap((film) => deliver(film, origin, serves[0] as string, site));
    program.cdns.set(name, {
      kind: 'cdn.network',
      name,
      domain,
      // The author's own zone, above or below, goes before.
      host: program.zones.get(domain)?.servers[0] ?? host,
      nodes,
      origin: { site: origin, host: program.websites.get(origin)?.host ?? originHost },
      serves,
      cache: block.cache,
      fill: block.fill,
      clusters: clustersOf(nodes, block.clusters, site),
      healthCheck: block.healthCheck,
      loadLimit: block.loadLimit,
      catalogue,
      ttl: block.ttl,
      films,
      at: site.at,
    });
  });
}

function nodesOf(name: string, { nodes, placement }: CdnBlock, site: Site): string[] {
  const { program } = site;
  const found: string[] = [];
  for (const node of nodes) {
    const own = ownHost(node, site);
    if (own === null || found.includes(own)) continue;
    const website = [...program.websites.values()].find((one) => one.host === own);
    if (website) site.report('shared-port', node, `\`${own}\` has the website \`${website.name}\` already, on the port that a node needs.`);
    else if (program.declareOnce(`cdn node ${own.toLowerCase()}`, `Node \`${own}\``, site.place(node))) found.push(own);
  }
  if (nodes.length > 0) {
    if (placement.at) site.report('without-effect', placement.at, 'The nodes are those that `nodes` names: nothing is left to place.');
    return found;
  }
  const at: Name = placement.at ?? { text: name, ...site.slot('NAME') };
  const networks = program.accessNetworks;
  if (placement.where === 'enter deep' && networks.length === 0) {
    site.report(
      'no-nodes',
      at,
      'Nodes enter deep into access networks, and there are none: declare them by `isp` lines, or choose `bring home`.',
    );
    return [];
  }
  if (placement.where === 'enter deep' && placement.count !== null && placement.count !== networks.length) {
    site.report('without-effect', at, `\`enter deep\` is one node in each access network, ${networks.length} here; a number says nothing.`);
  }
  const count = placement.where === 'enter deep' ? networks.length : (placement.count ?? 2);
  for (let i = 1; i <= count; i++) {
    const own = ownHost({ ...at, text: `${name.replaceAll('.', '-')}-${i}` }, site);
    const node = own === null ? undefined : program.hosts.get(own.toLowerCase());
    if (!node) continue;
    // What a `host` line says of it goes before.
    node.access = { ...nodeLines[placement.where], ...node.access };
    if (placement.where === 'enter deep') networks[i - 1]?.inside.push(node.name);
    found.push(node.name);
  }
  return found;
}

/** The CDN's own domain, unless the author has declared it; a `zone` line further down takes its place. */
function declareZone(domain: string, host: string, { program, at }: Site): void {
  if (program.zones.has(domain)) return;
  program.zones.set(domain, {
    origin: domain,
    servers: [host],
    records: [],
    implicit: false,
    fromFile: false,
    delegated: true,
    at,
    head: null,
  });
}

const OF_NODES: ReadonlySet<string> = new Set(cdnMetrics.filter(({ subjects }) => subjects[0]?.type === 'host').map(({ name }) => name));

/** The website of the origin, unless the author has declared it; with the catalogue's objects either way. */
function declareOrigin(name: string, host: string, catalogue: Catalogue | null, site: Site): void {
  const declared = site.program.websites.get(name) ?? emptyWebsite(name, host, site.at);
  const objects = (catalogue?.objects ?? []).map(({ path, size }) => ({
    path,
    type: 'application/octet-stream',
    content: { kind: 'generated' as const, size },
    embeds: [],
    dynamic: false,
  }));
  site.program.websites.set(name, { ...declared, resources: [...declared.resources, ...objects] });
}

/** A video that the nodes have from the origin; its name in lower case. */
function deliver(name: Name, origin: string, by: string, site: Site): string[] {
  const video = videoNamed(name, site);
  if (!video) return [];
  video.deliveries.push({ origin, by });
  return [name.text.toLowerCase()];
}

/** Names of customers' websites; one of the CDN's own where none is said. */
function servedBy(domain: string, names: readonly Name[], site: Site): string[] {
  const { program } = site;
  if (names.length === 0) return [`www.${domain.slice(0, -1)}`];
  for (const name of names) {
    const absolute = canonical(nameOf(plain(name.text)));
    if (isSubdomain(absolute, domain) || program.zoneAbove(absolute) || program.incomplete) continue;
    const above = plain(name.text).split('.').slice(1).join('.');
    site.report('unknown-zone', name, `\`${name.text}\` lies in no declared zone, so nothing leads from it to the nodes.`, {
      fixes: above.includes('.')
        ? [
            {
              title: `Declare zone \`${above}\``,
              edits: [program.declarationEdit(`zone ${above} on ns.${above} { }`, 'zone', site)],
              preferred: true,
            },
          ]
        : [],
    });
  }
  return names.map(({ text }) => plain(text));
}

function clustersOf(nodes: readonly string[], clusters: readonly (readonly Name[])[], site: Site): string[][] {
  const taken = new Set<string>();
  return clusters.map((names) => {
    const members: string[] = [];
    for (const name of names) {
      const found = site.host(name);
      if (found === null) continue;
      if (!nodes.includes(found))
        site.report(
          'not-a-node',
          name,
          `\`${found}\` is no node of the CDN: ${oneOf(
            nodes.slice(0, 5).map((node) => `\`${node}\``),
            'and',
          )} are.`,
        );
      else if (taken.has(found)) site.report('not-a-node', name, `\`${found}\` belongs to a cluster already.`);
      else {
        taken.add(found);
        members.push(found);
      }
    }
    return members;
  });
}

/** Objects named by their rank; sizes between two are drawn so that each order of magnitude is as likely. */
function catalogueOf({ count, smallest, largest, alpha }: NonNullable<CdnBlock['catalogue']>): Catalogue {
  // The catalogue is the same whatever the seed: seeds are for what happens.
  const random = randomStream(1, 'catalogue sizes');
  const spread = -naturalLogarithm(smallest / largest);
  const sizeOf = (): number => (smallest === largest ? smallest : Math.round(largest * exponentialOfNegative(random.float() * spread)));
  return { objects: Array.from({ length: count }, (_, i) => ({ path: `/object${i + 1}`, size: sizeOf() })), alpha };
}

/** The CDN that a step names; null (and reported) where there is none. */
export function cdnNamed(name: Name, site: Site): ProgramCdn | null {
  const { program } = site;
  const found = program.cdns.get(plain(name.text));
  if (!found) {
    if (program.incomplete || program.declared.has(`cdn ${plain(name.text)}`) || program.isExcused(plain(name.text))) return null;
    const meant = nearest(name.text, program.cdns.keys());
    site.report(
      'unknown-cdn',
      name,
      `There is no CDN \`${name.text}\`.${meant ? ` Did you mean \`${meant}\`?` : ' Declare it by a `cdn` line.'}`,
      {
        fixes: meant
          ? [{ title: `Change to \`${meant}\``, edits: [{ start: name.start, end: name.end, text: meant }], preferred: true }]
          : [],
      },
    );
    return null;
  }
  program.checkAbove('CDN', found.name, found.at, site.place(name));
  return found;
}

/** Whether a host of which a metric of nodes is asked is one; reported. All declarations are known. */
export function checkNode(metric: string, host: string, name: Name, site: Site): boolean {
  const { program } = site;
  if (!OF_NODES.has(metric) || program.incomplete) return true;
  const nodes = [...program.cdns.values()].flatMap((cdn) => cdn.nodes);
  if (nodes.includes(host)) return true;
  const known = nodes.slice(0, 5).map((node) => `\`${node}\``);
  site.report(
    'not-a-node',
    name,
    `\`${host}\` is no node of a CDN: ${known.length === 0 ? 'there is none' : `${oneOf(known, 'and')} ${known.length === 1 ? 'is one' : 'are'}`}.`,
  );
  return false;
}

/** Warns of an object that a CDN's catalogue does not have: the website answers 404. All declarations are known. */
export function checkCatalogue(path: Name, site: Site, website: string): void {
  if (!/^\/object\d+$/.test(path.text)) return;
  const cdn = [...site.program.cdns.values()].find(({ serves, origin }) => serves.includes(website) || origin.site === website);
  const objects = cdn?.catalogue?.objects;
  if (!cdn || !objects || site.program.websites.get(cdn.origin.site)?.resources.some((resource) => resource.path === path.text)) return;
  const last = `/object${objects.length}`;
  site.report('unknown-resource', path, `The catalogue of \`${cdn.name}\` ends with \`${last}\`: \`${path.text}\` gets 404.`, {
    severity: 'warning',
    fixes: [{ title: `Change to "${last}"`, edits: [{ start: path.start, end: path.end, text: `"${last}"` }], preferred: true }],
  });
}

/** The CDN that a step names, and the films on it; null (and reported) where there is none, or none with films. */
export function deliveringCdn(name: Name, site: Site): { readonly cdn: ProgramCdn; readonly films: readonly Film[] } | null {
  const cdn = cdnNamed(name, site);
  if (!cdn) return null;
  const films = cdn.films.flatMap((film) => site.program.videos.get(film)?.film ?? []);
  if (films.length > 0) return { cdn, films };
  if (!site.program.incomplete)
    site.report('video-nowhere', name, `\`${cdn.name}\` delivers no film: write \`content\` and the name of a \`video\` in its block.`);
  return null;
}

/** The CDN that a step names; null (and reported) where there is none, or none with a catalogue. */
export function usedCdn(name: Name, site: Site): (ProgramCdn & { readonly catalogue: Catalogue }) | null {
  const found = cdnNamed(name, site);
  if (!found) return null;
  const { catalogue } = found;
  if (catalogue) return { ...found, catalogue };
  site.report(
    'unknown-cdn',
    name,
    `\`${found.name}\` has no catalogue that says what is asked for: write one, as in \`catalogue 1000 objects of 1 MB zipf 0.8\`.`,
  );
  return null;
}

/** A flash crowd on an object of the catalogue; undefined (and reported) where there is no such object. */
export function crowdOf(
  given: { readonly PATH: Name; readonly DELAY: number; readonly SPAN: number; readonly RATE: number } | undefined,
  { objects }: Catalogue,
  site: Site,
): FlashCrowdDeclaration | null | undefined {
  if (!given) return null;
  const { PATH, DELAY, SPAN, RATE } = given;
  if (objects.some(({ path }) => path === PATH.text)) return { path: PATH.text, after: DELAY, duration: SPAN, rate: RATE };
  const last = objects[objects.length - 1];
  site.report(
    'unknown-resource',
    PATH,
    `The catalogue has no \`${PATH.text}\`: its objects are \`/object1\` to \`${last?.path}\`, the most popular one first.`,
  );
  return undefined;
}

/** All CDNs, for the Scenario. */
export function cdnServices({ cdns }: Program): CdnService[] {
  return [...cdns.values()].map(({ ttl: _ttl, films: _films, ...service }) => service);
}

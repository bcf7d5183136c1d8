/** Films for adaptive streaming: what a `video` block describes, where it lies, and who plays it. */
import { basesBeside, type Film, filmResources, folderOf, manifestPath, segmentsInAll } from '../../engines/dash/film.ts';
import type { Movie } from '../../engines/dash/movie.ts';
import { MANIFEST_LIMITS } from '../../engines/dash/mpd/read.ts';
import { seedOf } from '../../engines/http/website.ts';
import { encodeUrl } from '../../engines/http/wire/request-target.ts';
import { randomStream } from '../../engines/kernel/random.ts';
import { MILLISECOND, type Nanoseconds, type Ratio } from '../../engines/quantities.ts';
import type { Name } from './entry.ts';
import { filmNamed } from './films.ts';
import { ownHost } from './hosts.ts';
import type { ProgramVideo, ProgramWebsite } from './program.ts';
import type { Site } from './site.ts';
import { emptyWebsite, plain, usedWebsite } from './website.ts';

/** A declared video; null (and reported) where there is none, or it is a clip. */
export function videoNamed(name: Name, site: Site): ProgramVideo | null {
  const film = filmNamed(name, site, `video ${name.text} on stream.example.org`);
  if (!film) return null;
  const video = site.program.videos.get(name.text.toLowerCase());
  if (!video) site.report('unknown-film', name, `\`${film.name}\` is a clip: what is played in segments is declared by a \`video\` line.`);
  return video ?? null;
}

/** Films that were described last: an editor describes the same ones at every keystroke. */
const described = new Map<string, Movie>();
const DESCRIBED_LIMIT = 8;

/**
 * Bits of each segment in each rendition: by the bitrate, and with a deviation by what there is to be seen in each, the same in all.
 * At most 100,000 segments.
 */
export function movieOf(name: string, bitrates: readonly number[], segment: Nanoseconds, duration: Nanoseconds, deviation: Ratio): Movie {
  const key = JSON.stringify([name.toLowerCase(), bitrates, segment, duration, deviation]);
  const movie = described.get(key) ?? drawnMovie(name, bitrates, segment, duration, deviation);
  described.delete(key);
  described.set(key, movie);
  const [oldest] = described.keys();
  if (described.size > DESCRIBED_LIMIT) described.delete(oldest as string);
  return movie;
}

function drawnMovie(name: string, bitrates: readonly number[], segment: Nanoseconds, duration: Nanoseconds, deviation: Ratio): Movie {
  const count = Math.ceil(duration / segment);
  const draws = randomStream(seedOf(name.toLowerCase()), 'sizes of segments');
  // Even between ± √3 deviations, which is a standard deviation of one; and shifted, so that the mean is the bitrate.
  const factors = Array.from({ length: count }, () => Math.sqrt(3) * deviation * (2 * draws.float() - 1));
  const mean = factors.reduce((sum, factor) => sum + factor, 0) / count;
  const segmentDuration = segment / MILLISECOND;
  const sizes = factors.map((factor, i) => {
    const lasts = Math.min(segment, duration - i * segment) / MILLISECOND;
    return bitrates.map((bitrate) => Math.max(8, Math.round(bitrate * lasts * (1 + factor - mean))));
  });
  return { segmentDuration, bitrates, sizes };
}

/** The websites that a video is put on: those that are declared, and hosts that are web servers by it. */
export function sitesOf(names: readonly Name[], site: Site): string[] {
  const { program } = site;
  const sites: string[] = [];
  for (const name of names) {
    const key = plain(name.text);
    if (!program.websites.has(key)) {
      const host = ownHost(name, site);
      if (host === null) continue;
      program.websites.set(key, emptyWebsite(key, host, site.at));
    }
    sites.push(key);
  }
  return sites;
}

/**
 * Puts the film on its websites and on the origins of the CDNs that deliver it, once all are known and say whether they are on https. Each
 * manifest leads first to where it was fetched from, a website or a CDN, and then to all others.
 */
export function putInPlace({ film, sites, deliveries }: ProgramVideo, site: Site): void {
  const { websites } = site.program;
  const holding = [...new Set([...sites, ...deliveries.map(({ origin }) => origin)])].flatMap((name) => websites.get(name) ?? []);
  if (holding.length === 0) return;
  const inAll = segmentsInAll(film.movie);
  if (inAll > MANIFEST_LIMITS.segments) {
    const text = `${film.name}’s renditions have ${inAll} segments in all, and a manifest names at most ${MANIFEST_LIMITS.segments}: no server can have it.`;
    site.report('out-of-range', site.property('from'), text);
    return;
  }
  for (const website of holding) {
    const others = sites.filter((name) => name !== website.name).map((name) => baseOf(websites.get(name) as ProgramWebsite, film));
    const delivered = deliveries.map(({ by }) => `http://${by}${folderOf(film)}`);
    website.resources = [...website.resources, ...filmResources(film, basesBeside([...others, ...delivered]))];
  }
}

function urlOf({ name, https }: ProgramWebsite, path: string): string {
  const scheme = https === 'off' ? 'http' : 'https';
  return encodeUrl({ scheme, host: name, port: https === 'off' ? 80 : 443, path });
}

const baseOf = (website: ProgramWebsite, film: Film): string => urlOf(website, folderOf(film));

/** The manifests of a video on these websites, or on all that it is on; null (and reported) where it is on none of them. */
export function manifestsOf(video: ProgramVideo, names: readonly Name[], name: Name, site: Site): readonly string[] | null {
  const { program } = site;
  const delivering = [...program.cdns.values()].filter(({ films }) => films.includes(video.film.name.toLowerCase()));
  if (names.length === 0 && video.sites.length === 0 && delivering.length > 0) {
    const all = delivering.map((cdn) => ({ ...name, text: cdn.name }));
    return manifestsOf(video, all, name, site);
  }
  if (names.length === 0 && video.sites.length === 0) {
    site.report(
      'video-nowhere',
      name,
      `\`${video.film.name}\` lies on no server: write \`video ${video.film.name} on stream.example.org\`.`,
    );
    return null;
  }
  const wanted = names.length > 0 ? names : video.sites.map((text) => ({ ...name, text }));
  const manifests: string[] = [];
  for (const one of wanted) {
    const cdn = program.cdns.get(plain(one.text));
    if (cdn) {
      if (!cdn.films.includes(video.film.name.toLowerCase())) {
        site.report(
          'video-nowhere',
          one,
          `\`${cdn.name}\` does not deliver \`${video.film.name}\`: write \`content ${video.film.name}\` in its block.`,
        );
        return null;
      }
      program.checkAbove('CDN', cdn.name, cdn.at, site.place(one));
      manifests.push(encodeUrl({ scheme: 'http', host: cdn.serves[0] as string, port: 80, path: manifestPath(video.film) }));
      continue;
    }
    const used = usedWebsite(one, site);
    if (!used) return null;
    const website = program.websites.get(used.name);
    if (!website || !(video.sites.includes(used.name) || video.deliveries.some(({ origin }) => origin === used.name))) {
      const known = video.sites.map((other) => `\`${other}\``).join(', ');
      site.report(
        'video-nowhere',
        one,
        `\`${video.film.name}\` does not lie on \`${one.text}\`${known === '' ? '' : `, but on ${known}`}.`,
      );
      return null;
    }
    manifests.push(urlOf(website, manifestPath(video.film)));
  }
  return manifests;
}

/** What the statements about the web need to know: paths, websites by name, the resources that a block describes. */
import { canonical } from '../../engines/dns/domain-name.ts';
import { ipv4Bytes } from '../../engines/dns/ip-address.ts';
import { generatedType, typeOf } from '../../engines/http/page.ts';
import type { WebResource } from '../../engines/http/scenario.ts';
import { isFieldValue, isToken } from '../../engines/http/wire/header-field.ts';
import { decodeRanges } from '../../engines/http/wire/range.ts';
import { decodeTarget, decodeUrl } from '../../engines/http/wire/request-target.ts';
import { utf8Octets } from '../../engines/network/octets.ts';
import { webDefaults } from './defaults/http.ts';
import type { Name } from './entry.ts';
import { namedFile, namedFolder } from './files.ts';
import type { ProgramWebsite } from './program.ts';
import type { Site } from './site.ts';
import { nearest, oneOf } from './spelling.ts';
import { absolute } from './zone-records.ts';

/** Whether a text is the path of a resource (reported where it is not). A `*` may stand in one where `pattern` says so. */
export function checkPath(path: Name, site: Site, pattern = false): boolean {
  const { text } = path;
  if (decodeTarget('GET', text)?.form === 'origin' && (pattern || !text.includes('*'))) return true;
  const whole = decodeUrl(text);
  if (whole && !text.includes('*')) {
    const title = `Change to "${whole.path}"`;
    site.report('malformed-web-path', path, `\`${text}\` is a whole URI; here stands the path alone: \`"${whole.path}"\`.`, {
      fixes: [{ title, edits: [{ start: path.start, end: path.end, text: `"${whole.path}"` }], preferred: true }],
    });
    return false;
  }
  const slashed = `/${text}`;
  const lacksSlash = !text.startsWith('/') && decodeTarget('GET', slashed)?.form === 'origin' && !/^[a-z]+:/i.test(text);
  const why = lacksSlash
    ? 'it begins without a slash'
    : text.includes('*')
      ? 'a * stands for no resource here'
      : 'it holds what no URI does';
  site.report('malformed-web-path', path, `\`${text}\` is no path of a website: ${why}.`, {
    fixes: lacksSlash
      ? [{ title: `Change to "${slashed}"`, edits: [{ start: path.start, end: path.end, text: `"${slashed}"` }], preferred: true }]
      : [],
  });
  return false;
}

/** A header field as messages carry it, in UTF-8; null (and reported) where it cannot be one. */
export function headerField(name: Name, value: string, site: Site): readonly [name: string, value: string] | null {
  const octets = utf8Octets(value);
  const why = !isToken(name.text)
    ? "its name has other characters than letters, digits and !#$%&'*+-.^_`|~"
    : !isFieldValue(octets)
      ? 'its text has a control character, or a space at an end'
      : null;
  if (why === null) return [name.text, octets];
  site.report('malformed-header', name, `\`${name.text}\` is no header field: ${why}.`);
  return null;
}

/** Whether a text names ranges of bytes (reported, at the property, where it does not). */
export function checkRange(text: string, site: Site): boolean {
  if (decodeRanges(`bytes=${text}`, Number.MAX_SAFE_INTEGER) !== 'ignored') return true;
  site.report(
    'malformed-range',
    site.property('range'),
    `\`${text}\` names no ranges: write \`"0-499"\`, \`"500-"\`, \`"-500"\` or several with commas.`,
  );
  return false;
}

/** A reference in a redirect or a page: a path, or a whole http URI. */
export function isReference(text: string): boolean {
  return text.startsWith('/') ? decodeTarget('GET', text) !== null : decodeTarget('GET', text)?.form === 'absolute';
}

/** Warns of a redirect to a website that nobody declares, and whose name no declared zone has either. All declarations are known. */
export function checkRedirect(target: Name, site: Site): void {
  const { program } = site;
  const parsed = target.text.startsWith('/') ? null : decodeTarget('GET', target.text);
  if (parsed?.form !== 'absolute' || program.incomplete) return;
  const host = plain(parsed.url.host);
  if (program.websites.has(host) || program.hosts.has(host) || ipv4Bytes(host) || program.zoneAbove(canonical(absolute(host)))) return;
  const meant = nearest(host, program.websites.keys());
  const message = `There is no website \`${host}\`, so who follows this gets nowhere.${meant ? ` Did you mean \`${meant}\`?` : ''}`;
  site.report('redirect-to-nobody', target, message, {
    fixes: meant
      ? [
          {
            title: `Change to \`${meant}\``,
            edits: [{ start: target.start, end: target.end, text: JSON.stringify(target.text.replace(/(?<=:\/\/)[^/:]+/, meant)) }],
            preferred: true,
          },
        ]
      : [],
  });
}

/** The website that a step is about, with the name that requests carry; null (and reported) where nobody could answer. */
export function usedWebsite(name: Name, site: Site): { readonly name: string; readonly website: ProgramWebsite | null } | null {
  const { program } = site;
  const key = plain(name.text);
  const website = program.websites.get(key) ?? null;
  if (website) {
    const host = program.hosts.get(website.host.toLowerCase());
    if (host) host.used = true;
    program.checkAbove('Website', website.name, website.at, site.place(name));
    if (website.inDns) {
      program.needsDns = true;
      program.usesZone(absolute(name.text), site.place(name));
    }
    return { name: key, website };
  }
  // An address needs no lookup.
  if (ipv4Bytes(key)) return { name: key, website: null };
  const host = program.hosts.get(key);
  if (host || program.zoneAbove(canonical(absolute(name.text)))) {
    if (host) host.used = true;
    program.needsDns = true;
    program.usesZone(absolute(name.text), site.place(name));
    return { name: key, website: null };
  }
  if (program.incomplete || program.isExcused(key)) return null;
  const meant = nearest(name.text, program.websites.keys());
  site.report('unknown-website', name, `There is no website \`${name.text}\`.${meant ? ` Did you mean \`${meant}\`?` : ''}`, {
    fixes: [
      ...(meant ? [{ title: `Change to \`${meant}\``, edits: [{ start: name.start, end: name.end, text: meant }], preferred: true }] : []),
      {
        title: `Declare website \`${name.text}\``,
        edits: [program.declarationEdit(`website ${name.text} { page "/" 20 KiB }`, 'website', site)],
        preferred: !meant,
      },
    ],
  });
  return null;
}

/** Whether there is something at the path that can be changed (reported where there is not): a resource, or what may be PUT there. */
export function checkResource(path: Name, { name, resources, accepts }: ProgramWebsite, site: Site): boolean {
  const { text } = path;
  if (resources.some((resource) => resource.path === text)) return true;
  if (accepts.some(({ method, path: at }) => method === 'PUT' && (at === text || (at.endsWith('/') && text.startsWith(at))))) return true;
  const meant = nearest(
    text,
    resources.map((resource) => resource.path),
  );
  const known = resources.slice(0, 5).map((resource) => `\`${resource.path}\``);
  const has = known.length === 0 ? 'It has none' : `It has ${oneOf(resources.length > 5 ? [...known, '…'] : known, 'and')}`;
  site.report(
    'unknown-resource',
    path,
    `Website \`${name}\` has no resource \`${text}\`. ${meant ? `Did you mean \`${meant}\`?` : `${has}.`}`,
    {
      fixes: meant
        ? [{ title: `Change to "${meant}"`, edits: [{ start: path.start, end: path.end, text: `"${meant}"` }], preferred: true }]
        : [],
    },
  );
  return false;
}

/** The paths of a website that a path with `*` stands for; the path itself where it has none. Null (reported) where there is none. */
export function pathsOf(path: Name, website: ProgramWebsite | null, site: Site): readonly string[] | null {
  if (!checkPath(path, site, true)) return null;
  if (!path.text.includes('*')) return [path.text];
  const parts = path.text.split('*');
  const found = (website?.resources ?? []).map((resource) => resource.path).filter((candidate) => fits(candidate, parts));
  if (found.length > 0) return found;
  site.report('unknown-resource', path, `Website \`${website?.name ?? ''}\` has no resource that fits \`${path.text}\`.`);
  return null;
}

/** Whether a text has the parts of a pattern in their order: the first at its beginning, the last at its end. */
function fits(text: string, parts: readonly string[]): boolean {
  const first = parts[0] as string;
  const last = parts[parts.length - 1] as string;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > text.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}

/** Gathers the resources of a website's block; a path is taken once. */
export class ResourceList {
  readonly #site: Site;
  readonly #resources = new Map<string, WebResource>();
  /** Pages by path, with what is embedded in them so far. */
  readonly #embeds = new Map<string, string[]>();
  #firstPage: string | null = null;

  constructor(site: Site) {
    this.#site = site;
  }

  page(path: Name, size: number, dynamic = false): void {
    const embeds: string[] = [];
    if (!this.#add(path, { path: path.text, type: 'text/html; charset=utf-8', content: { kind: 'generated', size }, embeds, dynamic }))
      return;
    this.#embeds.set(path.text, embeds);
    this.#firstPage ??= path.text;
  }

  object(path: Name, size: number, pages: readonly Name[]): void {
    const { text } = path;
    if (!this.#add(path, { path: text, type: generatedType(text, size), content: { kind: 'generated', size }, embeds: [], dynamic: false }))
      return;
    this.#embed(text, pages);
  }

  /** Numbered from 1 where the first `*` stands in the path. */
  objects(count: number, size: number, path: Name, pages: readonly Name[]): void {
    if (!path.text.includes('*')) {
      this.#site.report('malformed-web-path', path, `\`${path.text}\` names ${count} objects: write a \`*\` where their numbers go.`);
      return;
    }
    for (let i = 1; i <= count; i++) this.object({ ...path, text: path.text.replace('*', String(i)) }, size, pages);
  }

  file(path: Name, file: Name): void {
    const read = namedFile(file, this.#site);
    if (read) this.#bytes(path, read.bytes);
  }

  /** All files of a folder; an `index.html` is also what its folder shows. */
  folder(folder: Name): void {
    for (const { path, bytes } of namedFolder(folder, this.#site) ?? []) {
      const place = `/${path.split('/').map(encodeURIComponent).join('/')}`;
      this.#bytes({ ...folder, text: place }, bytes);
      if (/(^|\/)index\.html?$/.test(path)) this.#bytes({ ...folder, text: place.slice(0, place.lastIndexOf('/') + 1) }, bytes);
    }
  }

  #bytes(path: Name, bytes: Uint8Array): void {
    this.#add(path, { path: path.text, type: typeOf(path.text), content: { kind: 'bytes', bytes }, embeds: [], dynamic: false });
  }

  /** In the order in which they were written down. */
  get all(): readonly WebResource[] {
    return [...this.#resources.values()];
  }

  #embed(reference: string, pages: readonly Name[]): void {
    // Pages that the object does not name: the first one of the site.
    if (pages.length === 0 && this.#firstPage !== null) this.#embeds.get(this.#firstPage)?.push(reference);
    for (const page of pages) {
      const embeds = this.#embeds.get(page.text);
      if (embeds) embeds.push(reference);
      else this.#site.report('unknown-resource', page, `The website has no page \`${page.text}\` that something could be embedded in.`);
    }
  }

  #add(path: Name, resource: WebResource): boolean {
    if (!checkPath(path, this.#site)) return false;
    if (this.#resources.has(resource.path)) {
      this.#site.report('duplicate-declaration', path, `\`${resource.path}\` is declared twice on this website.`);
      return false;
    }
    this.#resources.set(resource.path, resource);
    return true;
  }
}

/** Lower case, without the root's dot: the authority of its URIs. */
export function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** A website of that name that the author has not declared: on http, with nothing on it yet. */
export function emptyWebsite(name: string, host: string, at: Site['at']): ProgramWebsite {
  const { idle, maximumContent } = webDefaults;
  return {
    kind: 'http.website',
    host,
    name,
    inDns: false,
    resources: [],
    redirects: [],
    accepts: [],
    rules: [],
    persistent: true,
    idle,
    maximumContent,
    https: 'off',
    certificate: { names: [name], flaw: null },
    at,
  };
}

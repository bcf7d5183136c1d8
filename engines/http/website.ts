/**
 * A website's origin server: resources, what may be done with them, and what their responses say (RFC 9110).
 *
 * Theory of operation. Each resource has a version, kept on the host's disk with what was PUT, POSTed or DELETEd; version and name give the
 * seed of a generated content and the entity tag. A request goes through the same stations as in RFC 9110: is the method known,
 * is there a redirect, is the method allowed, do the conditions hold (§13.2), is a range asked for (§14). The handler is pure of
 * connections: `server.ts` speaks HTTP.
 */

import { type Contents, joined, lengthOf } from '../contents.ts';
import type { Process } from '../kernel/process.ts';
import type { Host } from '../network/host.ts';
import type { Bytes } from '../quantities.ts';
import { evaluateConditions, rangeApplies, type Validators } from './conditions.ts';
import { generatedObject, generatedPage, typeOf } from './page.ts';
import { partOf } from './partial.ts';
import type { WebResource, WebsiteService } from './scenario.ts';
import { type Handler, plainResponse, type ServedRequest, type ServedResponse } from './server.ts';
import { formatHttpDate, instantOf } from './wire/date.ts';
import { type Fields, fieldValue, fieldValues } from './wire/header-field.ts';
import { isKnownMethod } from './wire/methods.ts';
import { encodeUrl } from './wire/request-target.ts';

/** How long before the run what is there at its beginning was last changed, in seconds: ten days. */
const AGE_AT_START = 864_000;

/** What became of a resource since the beginning, as the disk has it. */
interface Change {
  readonly version: number;
  /** Seconds since 1970. */
  readonly modified: number;
  /** null: as large as before. */
  readonly size: Bytes | null;
  /** What was PUT; null: the website's own. */
  readonly put: { readonly contents: Contents; readonly type: string } | null;
  readonly deleted: boolean;
}

interface Representation extends Validators {
  readonly contents: Contents;
  readonly type: string;
  readonly dynamic: boolean;
}

export class Website {
  readonly service: WebsiteService;
  readonly #host: Host;
  readonly #resources: ReadonlyMap<string, WebResource>;
  /** Representations as they were made last. */
  readonly #made = new Map<string, { readonly version: number; readonly representation: Representation }>();

  constructor(host: Host, service: WebsiteService) {
    this.#host = host;
    this.service = service;
    this.#resources = new Map(service.resources.map((resource) => [resource.path, resource]));
  }

  get name(): string {
    return this.service.name;
  }

  /** Puts a new version of a resource on the server; false where there is no such resource. */
  publish(path: string, size: Bytes | null): boolean {
    const current = this.#current(path);
    if (current === null) return false;
    const change = this.#change(path);
    this.#record(path, { size: size ?? change?.size ?? null, put: null, deleted: false }, 'changed');
    return true;
  }

  readonly handler: Handler = (request) => this.#handle(request);

  *#handle(request: ServedRequest): Process<ServedResponse> {
    const { method, url, target } = request;
    if (!isKnownMethod(method)) return plainResponse(501, `${method.slice(0, 40)} is no method that is known here`);
    if (target.form === 'asterisk') return { status: 204, fields: [{ name: 'Allow', value: allowed([...this.#anywhere()]) }] };
    const path = url?.path ?? '/';
    // To the same on https, it is none for who is there.
    const redirect = this.service.redirects.find((one) => one.path === path && !(url && one.to === encodeUrl(url)));
    if (redirect) return plainResponse(redirect.status, `see ${redirect.to}`, [{ name: 'Location', value: redirect.to }]);
    const methods = this.#methods(path);
    const current = this.#current(path);
    const wantsIt = method === 'GET' || method === 'HEAD' || method === 'DELETE';
    if (current === null && (wantsIt || methods.size === 0)) return plainResponse(404, `there is no ${path}`);
    if (method === 'OPTIONS') return { status: 204, fields: [{ name: 'Allow', value: allowed(methods) }] };
    if (!methods.has(method)) return plainResponse(405, `${method} is not allowed here`, [{ name: 'Allow', value: allowed(methods) }]);
    const condition = evaluateConditions(method, request.fields, current, instantOf(this.#host.now()));
    if (condition === 412) return plainResponse(412, 'a condition of the request does not hold');
    if (condition === 304 && current) return { status: 304, fields: this.#described(path, current) };
    switch (method) {
      case 'GET':
      case 'HEAD':
        return this.#represent(request, path, current as Representation);
      case 'DELETE':
        this.#record(path, { size: null, put: null, deleted: true }, 'deleted');
        return { status: 204, fields: [] };
      default:
        return yield* this.#take(method, request, path, current);
    }
  }

  #represent({ method, fields }: ServedRequest, path: string, current: Representation): ServedResponse {
    const described = [...this.#described(path, current), { name: 'Content-Type', value: current.type }];
    if (current.dynamic) return { status: 200, fields: described, body: current.contents, chunked: true };
    const whole = { status: 200, fields: [...described, { name: 'Accept-Ranges', value: 'bytes' }], body: current.contents };
    // §14.2: a range counts for GET alone.
    const [range, ...more] = fieldValues(fields, 'Range');
    if (method !== 'GET' || range === undefined || more.length > 0) return whole;
    if (!rangeApplies(fields, current, instantOf(this.#host.now()))) return whole;
    return partOf(whole, range, `part-${current.entityTag?.opaque ?? ''}`);
  }

  /** POST and PUT. */
  *#take(method: string, request: ServedRequest, path: string, current: Representation | null): Process<ServedResponse> {
    const { body, fields } = request;
    const limit = this.service.maximumContent;
    if (body.length !== null && body.length > limit) return plainResponse(413, 'more content than is taken here');
    // §9.3.4: a part of a content is no content.
    if (method === 'PUT' && fieldValue(fields, 'Content-Range') !== null) return plainResponse(400, 'PUT with Content-Range');
    const contents = yield* body.readAll(limit);
    if (contents === null)
      return body.received > limit ? plainResponse(413, 'more content than is taken here') : plainResponse(400, body.problem ?? '');
    if (method === 'POST') {
      this.#host.narrator.note(`POST ${path}: ${lengthOf(contents)} bytes`);
      return plainOk(`${lengthOf(contents)} bytes received\n`);
    }
    const type = fieldValue(fields, 'Content-Type') ?? typeOf(path);
    this.#record(path, { size: null, put: { contents: joined(contents), type }, deleted: false }, current ? 'replaced' : 'created');
    const made = this.#current(path) as Representation;
    return { status: current ? 204 : 201, fields: validatorFields(made) };
  }

  /** Fields that a 304 has as a 200 does (§15.4.5). */
  #described(path: string, current: Representation): Fields {
    const rules = this.service.rules.filter((rule) => rule.path === null || rule.path === path);
    return [...validatorFields(current), ...rules.map(({ name, value }) => ({ name, value }))];
  }

  #methods(path: string): ReadonlySet<string> {
    const methods = new Set<string>(this.#current(path) === null ? [] : ['GET', 'HEAD']);
    for (const { method, path: at } of this.service.accepts)
      if (at === path || (at.endsWith('/') && path.startsWith(at))) methods.add(method);
    return methods;
  }

  #anywhere(): ReadonlySet<string> {
    return new Set(['GET', 'HEAD', ...this.service.accepts.map(({ method }) => method)]);
  }

  #current(path: string): Representation | null {
    const change = this.#change(path);
    const resource = this.#resources.get(path);
    if (change?.deleted || !(resource || change?.put)) return null;
    const version = change?.version ?? 1;
    const made = this.#made.get(path);
    if (made?.version === version) return made.representation;
    const seed = seedOf(`${this.service.name} ${path} ${version}`);
    const { contents, type } = change?.put ?? this.#generate(resource as WebResource, change?.size ?? null, seed);
    const dynamic = resource?.dynamic === true && !change?.put;
    const validators: Validators = dynamic
      ? { entityTag: null, lastModified: null }
      : {
          entityTag: { weak: false, opaque: `${seed.toString(16)}-${lengthOf(contents).toString(16)}` },
          lastModified: change?.modified ?? instantOf(0) - AGE_AT_START,
        };
    const representation = { contents, type, dynamic, ...validators };
    this.#made.set(path, { version, representation });
    return representation;
  }

  /** `size`: another one than that of the beginning. */
  #generate({ path, content, type, embeds }: WebResource, size: Bytes | null, seed: number): { contents: Contents; type: string } {
    if (content.kind === 'bytes' && size === null) return { contents: content.bytes.length > 0 ? [content.bytes] : [], type };
    const length = size ?? (content.kind === 'generated' ? content.size : 0);
    const page = type.startsWith('text/html');
    return {
      contents: page ? generatedPage(`${this.service.name}${path}`, embeds, seed, length) : generatedObject(type, seed, length),
      type,
    };
  }

  #change(path: string): Change | undefined {
    return this.#host.disk.get<Change>(this.#diskName(path));
  }

  #diskName(path: string): string {
    return `http ${this.service.name}${path}`;
  }

  #record(path: string, change: Omit<Change, 'version' | 'modified'>, what: string): void {
    const version = (this.#change(path)?.version ?? 1) + 1;
    const made: Change = { ...change, version, modified: instantOf(this.#host.now()) };
    this.#host.disk.set(this.#diskName(path), made);
    const value = change.deleted ? null : `version ${version}`;
    this.#host.narrator.state(`website ${this.service.name}`, path, value, { note: `${path} is ${what}` });
  }
}

function validatorFields({ entityTag, lastModified }: Validators): Fields {
  return [
    ...(lastModified === null ? [] : [{ name: 'Last-Modified', value: formatHttpDate(lastModified) }]),
    ...(entityTag === null ? [] : [{ name: 'ETag', value: `"${entityTag.opaque}"` }]),
  ];
}

function allowed(methods: Iterable<string>): string {
  return [...methods, 'OPTIONS'].join(', ');
}

function plainOk(text: string): ServedResponse {
  return { status: 200, fields: [{ name: 'Content-Type', value: 'text/plain; charset=utf-8' }], body: [new TextEncoder().encode(text)] };
}

/** 1 to 2^32 − 1: FNV-1a of the text's code units. */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0 || 1;
}

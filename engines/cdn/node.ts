/**
 * A node of a content distribution network: a reverse proxy (RFC 9110 §3.7) that answers for its customer's names out of a cache.
 *
 * Theory of operation. A client comes with the name of a customer's website in Host. What the cache does not have is asked of the
 * origin, once for all who wait for it. In a cluster, each object belongs to one node, by consistent hashing of its path: another node
 * asks that one, with the origin's name in Host, and stores nothing; a node that is asked so asks the origin at most. If the other node
 * does not answer in time, the origin is asked, and for the time between two health checks what belongs to it belongs to the next one on
 * the ring. At `/status` under its own name, a node says how much of its line is in use.
 */
import { type Contents, lengthOf } from '../contents.ts';
import { count as formatCount, formatSize, formatValue } from '../format.ts';
import { type CachedResponse, HttpCache } from '../http/cache/cache.ts';
import { type ClientRequest, HttpClient } from '../http/client.ts';
import { type IncomingResponse, type RequestFailure, requestFailed } from '../http/connection.ts';
import { type Body, bodyLength, isSource } from '../http/message-writer.ts';
import { answerThrough, isLoop, passedFields, withoutAnswer } from '../http/proxy.ts';
import { type Handler, plainResponse, type ServedRequest, type ServedResponse } from '../http/server.ts';
import { membersOf, withField } from '../http/wire/header-field.ts';
import { all, type Process, race } from '../kernel/process.ts';
import type { Address, Host } from '../network/host.ts';
import { bytesOfOctets } from '../network/octets.ts';
import { type BitsPerSecond, type Bytes, type Nanoseconds, SECOND } from '../quantities.ts';
import { STORED_HEAD } from './catalogue.ts';
import type { HashRing } from './hash-ring.ts';
import type { CdnLedger } from './ledger.ts';
import { LoadMeter } from './load-meter.ts';
import type { CdnService } from './scenario.ts';

export const STATUS_PATH = '/status';

/** How long a node waits for a connection, and for another node's answer. */
const PATIENCE: Nanoseconds = 5 * SECOND;
/** Connections to the origin, and to each other node of the cluster, at once. */
const CONNECTIONS = 32;
/** Objects that are pushed to a node at once. */
const PUSHED_AT_ONCE = 4;
/** Objects that a node names, of those that would go last. */
const TOP = 5;

/** What a node knows from its CDN's configuration. */
export interface NodeSetUp {
  readonly service: CdnService;
  /** Of the origin's website and the other nodes, by name. */
  readonly addresses: ReadonlyMap<string, Address>;
  /** Of its cluster; null for a node by itself. */
  readonly ring: HashRing | null;
  /** Rate of its line into the network. */
  readonly up: BitsPerSecond;
  readonly ledger: CdnLedger;
}

/** What came of an object pushed to a node. */
export interface Pushed {
  readonly objects: number;
  readonly bytes: Bytes;
}

export class CdnNode {
  readonly #host: Host;
  readonly #setUp: NodeSetUp;
  readonly #cache: HttpCache;
  readonly #client: HttpClient;
  readonly #load: LoadMeter;
  /** Other nodes of its cluster that did not answer, and until when they are not asked again. */
  readonly #silentUntil = new Map<string, Nanoseconds>();

  constructor(host: Host, setUp: NodeSetUp) {
    const { service, addresses, up } = setUp;
    const { size, policy } = service.cache;
    this.#host = host;
    this.#setUp = setUp;
    this.#cache = new HttpCache(host, { shared: true, size, policy, collapsing: true });
    this.#client = new HttpClient(host, {
      hosts: addresses,
      connections: CONNECTIONS,
      connect: (from, remote) => from.connect(remote, { timeout: PATIENCE }),
    });
    this.#load = new LoadMeter(up);
  }

  readonly handler: Handler = (request) => this.#handle(request);

  /** This one went down with its host, which is up again, with another. */
  lost(): void {
    this.#cache.contents.lost();
  }

  *#handle(request: ServedRequest): Process<ServedResponse> {
    const { method, url, fields } = request;
    const { service, ledger } = this.#setUp;
    const { name, narrator } = this.#host;
    if (url?.host === name.toLowerCase())
      return url.path === STATUS_PATH ? this.#status(request.remote.address) : plainResponse(404, `there is no ${url.path}`);
    const fromNode = url?.host === service.origin.site;
    if (!url || !(fromNode || service.serves.includes(url.host))) return plainResponse(421, `${url?.host} is not served here`);
    if (method !== 'GET' && method !== 'HEAD') {
      return plainResponse(405, `${method.slice(0, 40)} is for the origin`, [{ name: 'Allow', value: 'GET, HEAD' }]);
    }
    if (isLoop(fields, name)) return plainResponse(502, 'the request has been here before');
    const passed = passedFields(fields, request.version, name);
    const response = yield* this.#fetch(method, url.path, passed, fromNode);
    if ('failure' in response) {
      narrator.note(`cannot answer for ${url.path}: ${response.failure}`);
      return withoutAnswer(response);
    }
    const hit = isHit(response);
    const length = bodyLength(response.body);
    // What is asked of the line, not what it has got rid of: an overloaded one would else seem less loaded than it is.
    if (method === 'GET') this.#load.add(length ?? 0);
    const body = counted(response.body, (bytes) => {
      if (method === 'GET' && length === null) this.#load.add(bytes);
      if (!fromNode) ledger.answered(narrator, name, hit, bytes);
    });
    return answerThrough({ ...response, body }, method, name);
  }

  *#fetch(method: string, path: string, fields: ClientRequest['fields'], fromNode: boolean): Process<CachedResponse | RequestFailure> {
    const { service, ring } = this.#setUp;
    const request: ClientRequest = { method, url: { scheme: 'http', host: service.origin.site, port: 80, path }, fields };
    const now = this.#host.now();
    const { name } = this.#host;
    // What belongs to a node that does not answer belongs to the next one on the ring meanwhile.
    const owner = fromNode ? null : (ring?.memberFor(path, (node) => node === name || (this.#silentUntil.get(node) ?? 0) <= now) ?? null);
    const elsewhere = owner !== null && owner !== this.#host.name ? owner : null;
    const forward = (one: ClientRequest) => (elsewhere === null ? this.#origin(one) : this.#other(elsewhere, one));
    return yield* this.#cache.fetch(request, forward, { store: service.fill === 'pull' && elsewhere === null });
  }

  *#origin(request: ClientRequest): Process<IncomingResponse | RequestFailure> {
    const response = yield* this.#client.request(request);
    if (!requestFailed(response)) response.body.whenEnded(({ received }) => this.#setUp.ledger.fromOrigin(received));
    return response;
  }

  /** The node that the object belongs to; the origin where that one does not answer. */
  *#other(node: string, request: ClientRequest): Process<IncomingResponse | RequestFailure> {
    const there: ClientRequest = {
      ...request,
      url: { ...request.url, host: node.toLowerCase() },
      fields: withField(request.fields, 'Host', request.url.host),
    };
    const answered = yield* race(this.#client.request(there), this.#host.sleep(PATIENCE));
    if (answered.winner === 'first' && !requestFailed(answered.value) && answered.value.status < 500) return answered.value;
    this.#silentUntil.set(node, this.#host.now() + this.#setUp.service.healthCheck);
    this.#host.narrator.note(`asks the origin: ${node} does not answer`);
    return yield* this.#origin(request);
  }

  #status(asker: Address): ServedResponse {
    const load = this.#load.read(this.#host.now(), asker);
    const { contents } = this.#cache;
    const { count, used } = contents;
    const top = contents.safest(TOP).map((uri) => uri.slice(uri.indexOf('/', 'http://'.length)));
    const { narrator } = this.#host;
    narrator.state('cdn node', 'load', formatValue(load, 'ratio'));
    narrator.state('cdn node', 'cache', `${formatCount(count, 'object')}, ${formatSize(used)}`);
    narrator.state('cdn node', 'safest', top.length === 0 ? null : top.join(', '));
    const text = `load ${load.toFixed(4)}\nobjects ${count}\nbytes ${used}\n`;
    return {
      status: 200,
      fields: [
        { name: 'Content-Type', value: 'text/plain' },
        { name: 'Cache-Control', value: 'no-store' },
      ],
      body: [bytesOfOctets(text)],
    };
  }

  /** Fetches objects in this order as long as they fit; what belongs to another node of the cluster is left to that one. */
  *push(objects: readonly { readonly path: string; readonly size: Bytes }[]): Process<Pushed> {
    const { service, ring } = this.#setUp;
    const { name } = this.#host;
    let room = service.cache.size;
    const own = objects.filter(({ path }) => ring === null || ring.memberFor(path) === name);
    const fitting: string[] = [];
    for (const { path, size } of own) {
      room -= size + STORED_HEAD;
      if (room < 0) break;
      fitting.push(path);
    }
    let next = 0;
    const pushed = { objects: 0, bytes: 0 };
    const take = (path: string): Process<Bytes | null> => this.#take(path);
    const worker = function* (): Process {
      for (let path = fitting[next++]; path !== undefined; path = fitting[next++]) {
        const bytes = yield* take(path);
        if (bytes === null) continue;
        pushed.objects++;
        pushed.bytes += bytes;
      }
    };
    yield* all(Array.from({ length: PUSHED_AT_ONCE }, worker));
    return pushed;
  }

  /** Bytes of an object that is stored now; null where the origin did not give it. */
  *#take(path: string): Process<Bytes | null> {
    const url = { scheme: 'http' as const, host: this.#setUp.service.origin.site, port: 80, path };
    const response = yield* this.#cache.fetch({ method: 'GET', url, fields: [] }, (one) => this.#origin(one));
    if ('failure' in response || response.status !== 200) return null;
    const { body } = response;
    if (!isSource(body)) return lengthOf(body);
    let bytes = 0;
    for (let content = yield* body.read(); content !== null; content = yield* body.read()) bytes += content.length;
    return body.problem === null ? bytes : null;
  }
}

/** Whether a node of the CDN had it, this one or another of its cluster. */
function isHit({ how, fields }: CachedResponse): boolean {
  return [how, ...membersOf(fields, 'Cache-Status')].some((told) => /(^|; )(hit|collapsed|fwd-status=304)(;|$)/.test(told));
}

/** Told of a body's length when all of it was read. */
function counted(body: Body, done: (bytes: Bytes) => void): Body {
  if (!isSource(body)) {
    done(lengthOf(body as Contents));
    return body;
  }
  let bytes = 0;
  let told = false;
  return {
    length: body.length,
    get problem() {
      return body.problem;
    },
    *read() {
      const content = yield* body.read();
      if (content !== null) bytes += content.length;
      else if (!told) {
        told = true;
        done(bytes);
      }
      return content;
    },
  };
}

/**
 * How a CDN leads clients to nodes: its name server answers each resolver with the address of the node that is best for it.
 *
 * Theory of operation. The domain's names have the addresses of all nodes; of these, the answer keeps one (node-choice.ts): by the
 * latency from whoever asks, which is the resolver, not the client behind it, and by the nodes' health and load. Both are what each
 * node said of itself at the last health check, a request for its /status over HTTP; one that does not answer in time is not handed
 * out until it does again. Where checks come more often than that time, the next one of a node waits for the one before. The checks
 * begin when somebody asks for a name of the domain for the first time; before the first one, all nodes count as well and idle.
 * Between checks, and while resolvers have an answer in their caches, nothing changes for clients: this is what a short TTL is for.
 */

import { bytesOfAll } from '../contents.ts';
import type { AnswerSelection } from '../dns/server/answer-selection.ts';
import type { Message } from '../dns/wire/message.ts';
import { formatDuration, formatValue } from '../format.ts';
import { HttpClient } from '../http/client.ts';
import { requestFailed } from '../http/connection.ts';
import { type Process, race, wait } from '../kernel/process.ts';
import type { Address, Host } from '../network/host.ts';
import { octetsOf } from '../network/octets.ts';
import { type Nanoseconds, type Ratio, SECOND } from '../quantities.ts';
import type { LatencyMap } from './latency-map.ts';
import type { CdnLedger } from './ledger.ts';
import { STATUS_PATH } from './node.ts';
import { chooseNode } from './node-choice.ts';
import type { CdnService } from './scenario.ts';

/** How long a node may take to answer a health check. */
const PATIENCE: Nanoseconds = 2 * SECOND;
/** Greatest answer to a health check. */
const STATUS_LIMIT = 1_000;

interface WatchedNode {
  readonly name: string;
  healthy: boolean;
  load: Ratio;
  /** A check of it has not ended. */
  checked: boolean;
}

export class Mapping {
  readonly #service: CdnService;
  readonly #map: LatencyMap;
  readonly #nodes: readonly WatchedNode[];
  readonly #nodeAt: ReadonlyMap<Address, WatchedNode>;
  readonly #addresses: ReadonlyMap<string, Address>;
  readonly #ledger: CdnLedger;
  /** Set while nobody has asked yet. */
  #asked: (() => void) | null = null;

  /** `addresses`: of the nodes, by name. */
  constructor(service: CdnService, map: LatencyMap, addresses: ReadonlyMap<string, Address>, ledger: CdnLedger) {
    this.#service = service;
    this.#map = map;
    this.#nodes = service.nodes.map((name) => ({ name, healthy: true, load: 0, checked: false }));
    this.#addresses = addresses;
    this.#ledger = ledger;
    this.#nodeAt = new Map(this.#nodes.map((node) => [addresses.get(node.name.toLowerCase()) as Address, node]));
  }

  /** For its name server on `host`. */
  selection(host: Host): AnswerSelection {
    return (message, asker) => this.#select(host, message, asker);
  }

  #select(host: Host, message: Message, asker: Address): Message {
    const given = message.answers.flatMap(({ data }) => {
      const node = data.type === 'A' ? this.#nodeAt.get(data.address) : undefined;
      return node ? [node] : [];
    });
    if (given.length > 0) this.#asked?.();
    // Signatures are over the whole set.
    if (given.length < 2 || message.answers.some(({ data }) => data.type === 'RRSIG')) return message;
    const from = this.#map.hostAt(asker);
    const latency = ({ name }: WatchedNode): Nanoseconds => (from === undefined ? 0 : this.#map.between(from, name));
    const chosen = chooseNode(given, latency, this.#service.loadLimit, this.#map.numberOf(from));
    const nearest = given.reduce((best, node) => (latency(node) < latency(best) ? node : best), chosen);
    const away = latency(chosen);
    const far = Number.isFinite(away) ? `${formatDuration(away)} away` : 'no way is known';
    const why = chosen === nearest ? '' : `; ${nearest.name}, which is nearer, ${nearest.healthy ? 'is full' : 'does not answer'}`;
    host.narrator.note(`sends ${from ?? asker} to ${chosen.name}: ${far}, load ${formatValue(chosen.load, 'ratio')}${why}`);
    return { ...message, answers: message.answers.filter(({ data }) => !(data.type === 'A' && this.#isOther(data.address, chosen))) };
  }

  #isOther(address: Address, chosen: WatchedNode): boolean {
    const node = this.#nodeAt.get(address);
    return node !== undefined && node !== chosen;
  }

  /** Runs on the name server's host for ever: asks every node in turn how it is. */
  *watch(host: Host): Process {
    // What it learned before a crash is gone.
    for (const node of this.#nodes) Object.assign(node, { healthy: true, load: 0, checked: false });
    yield* this.#question();
    for (;;) {
      yield* host.sleep(this.#service.healthCheck, { background: true });
      for (const node of this.#nodes) {
        if (node.checked) continue;
        node.checked = true;
        host.spawn('health check', this.#check(host, node));
      }
    }
  }

  /** Done when somebody asks for the first time. */
  #question(): Process {
    return wait<void>((resume) => {
      this.#asked = () => {
        this.#asked = null;
        resume();
      };
      return () => {
        this.#asked = null;
      };
    });
  }

  *#check(host: Host, node: WatchedNode): Process {
    const asked = yield* race(this.#ask(host, node.name), host.sleep(PATIENCE, { background: true }));
    const load = asked.winner === 'first' ? asked.value : null;
    node.checked = false;
    const wasHealthy = node.healthy;
    node.healthy = load !== null;
    node.load = load ?? 0;
    const value = load === null ? 'no answer' : `load ${formatValue(load, 'ratio')}`;
    const note =
      wasHealthy === node.healthy
        ? undefined
        : node.healthy
          ? `hands ${node.name} out again`
          : `hands ${node.name} out no more: it does not answer`;
    host.narrator.state('cdn nodes', node.name, value, note === undefined ? {} : { note });
    if (load === null) this.#ledger.loadEnds(this, node.name);
    else this.#ledger.load(host.narrator, node.name, this, load);
  }

  /** The load that the node tells; null where it tells none. */
  *#ask(host: Host, name: string): Process<Ratio | null> {
    // A connection of its own each time: whether one can be made is half of the question.
    const client = new HttpClient(host, {
      hosts: this.#addresses,
      persistent: false,
      connect: (from, remote) => from.connect(remote, { timeout: PATIENCE }),
    });
    const url = { scheme: 'http' as const, host: name.toLowerCase(), port: 80, path: STATUS_PATH };
    const response = yield* client.request({ method: 'GET', url, fields: [] });
    if (requestFailed(response)) return null;
    const contents = yield* response.body.readAll(STATUS_LIMIT);
    const told = contents === null || response.status !== 200 ? null : /^load (\d{1,9}\.\d{1,6})$/m.exec(octetsOf(bytesOfAll(contents)));
    return told ? Number(told[1]) : null;
  }
}

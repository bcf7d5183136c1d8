/**
 * A Bitmessage peer. It holds every object of the network that has not expired, tells its neighbours what it has, fetches what it lacks,
 * and tries its key on each: nobody can see for whom an object is, so it goes to everybody.
 *
 * Theory of operation. Each connection begins with `version` and `verack` both ways; then each side lists all that it holds (`inv`), is
 * asked for what the other lacks (`getdata`), and sends that (`object`). A new object is checked (size, lifetime, proof of work), kept,
 * tried, and told to all neighbours but those who have told of it. An object is asked of one neighbour at a time; when that one goes
 * away, of another that has told of it. Whoever breaks the rules loses the connection. A connection that ends is opened again by the
 * side that opened it, half a minute later.
 */
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { bytesOf } from '../content.ts';
import { count, formatSize } from '../format.ts';
import { Channel, type Process } from '../kernel/process.ts';
import { type Address, type Connection, failed, type Host } from '../network/host.ts';
import { textOfOctets } from '../network/octets.ts';
import { DAY, EPOCH, HOUR, SECOND } from '../quantities.ts';
import type { FloodLedger } from './flood-ledger.ts';
import type { Identity } from './identity.ts';
import { hashOf, Inventory, type ObjectHash } from './inventory.ts';
import { PacketReader } from './packet-reader.ts';
import { isWorthy } from './proof-of-work.ts';
import { openMessage } from './sealed-message.ts';
import {
  type BitmessageMessage,
  decodeMessage,
  encodeMessage,
  encodeObjectHeader,
  LIST_LIMIT,
  OBJECT_TYPES,
  type ObjectMessage,
  PROTOCOL_VERSION,
  type SentMessage,
  type VersionMessage,
} from './wire/messages.ts';

export const BITMESSAGE_PORT = 8444;
const RECONNECT = 30 * SECOND;
/** An object lives no longer than this, in seconds. */
const LONGEST_LIFE = (28 * DAY + 3 * HOUR) / SECOND;
const USER_AGENT = '/netscenario/';

export interface PeerSettings {
  /** Trials a byte that it asks of objects. */
  readonly work: number;
  /** Addresses of the peers that it opens connections to. */
  readonly neighbours: readonly Address[];
}

/** A message and the step on whose behalf it waits to be sent. */
interface Outgoing {
  readonly message: SentMessage;
  readonly cause: number;
}

/** One connection, from the handshake on. */
interface Neighbour {
  readonly connection: Connection;
  readonly outgoing: Channel<Outgoing>;
  /** What it has told of, or was told of. */
  readonly known: Set<ObjectHash>;
  readonly nonce: Uint8Array;
  greeted: boolean;
  acknowledged: boolean;
}

export class Peer {
  readonly #host: Host;
  readonly #settings: PeerSettings;
  readonly #identity: Identity;
  readonly #ledger: FloodLedger;
  readonly #inventory: Inventory;
  readonly #neighbours = new Set<Neighbour>();
  /** What was asked of whom, and has not come yet. */
  readonly #asked = new Map<ObjectHash, Neighbour>();
  /** The step that each object came of, as far as is remembered. */
  readonly #causes = new Map<ObjectHash, number>();
  #tried = 0;
  #learned = 0;

  constructor(host: Host, settings: PeerSettings, identity: Identity, ledger: FloodLedger) {
    this.#host = host;
    this.#settings = settings;
    this.#identity = identity;
    this.#ledger = ledger;
    this.#inventory = new Inventory(host.disk);
  }

  /** From boot to crash. */
  *run(): Process {
    for (const hash of this.#inventory.hashes) this.#dropInTime(hash);
    const listener = yield* this.#host.listen(BITMESSAGE_PORT);
    if (failed(listener)) {
      this.#host.narrator.note(`no Bitmessage: port ${BITMESSAGE_PORT} is ${listener.failure}`);
      return;
    }
    for (const address of this.#settings.neighbours) this.#host.spawn('bitmessage connection', this.#keepConnected(address));
    for (;;) {
      const connection = yield* listener.accept();
      if (connection === null) return;
      this.#host.spawn('bitmessage connection', this.#talk(connection, false));
    }
  }

  *#keepConnected(address: Address): Process {
    for (;;) {
      const connection = yield* this.#host.connect({ address, port: BITMESSAGE_PORT });
      if (!failed(connection)) yield* this.#talk(connection, true);
      yield* this.#host.sleep(RECONNECT, { background: true });
    }
  }

  /** Until the connection ends. */
  *#talk(connection: Connection, opened: boolean): Process {
    const nonce = this.#host.random('bitmessage nonce').bytes(8);
    const neighbour: Neighbour = {
      connection,
      outgoing: new Channel(),
      known: new Set(),
      nonce,
      greeted: false,
      acknowledged: false,
    };
    this.#neighbours.add(neighbour);
    const writer = this.#host.spawn('bitmessage writer', this.#write(neighbour));
    if (opened) this.#put(neighbour, this.#version(neighbour));
    const reader = new PacketReader();
    try {
      for (;;) {
        const content = yield* connection.read();
        if (content === null) break;
        const { packets, error } = reader.push(bytesOf(content));
        const problem = this.#hear(neighbour, packets, opened) ?? error;
        if (problem !== null) {
          this.#host.narrator.note(`closes the connection: ${problem}`);
          break;
        }
      }
    } finally {
      this.#neighbours.delete(neighbour);
      neighbour.outgoing.close();
      connection.close();
      this.#askOthers(neighbour);
      writer.stop();
    }
  }

  *#write({ outgoing, connection }: Neighbour): Process {
    for (;;) {
      const next = yield* outgoing.take();
      if (next === null) return;
      const { message, cause } = next;
      this.#host.cause = cause;
      const bytes = encodeMessage(message);
      this.#account(message, bytes.length);
      const sent = yield* connection.write(bytes, { protocol: 'bitmessage', kind: message.command, label: labelOf(message) });
      if (!sent) return;
    }
  }

  /** What the flood of an object costs: a list's bytes are those of the hashes in it. */
  #account(message: SentMessage, length: number): void {
    const hashes = objectsIn(message);
    const share = Math.floor(length / hashes.length);
    for (const [i, hash] of hashes.entries()) {
      const spent = this.#ledger.spent(hash, i === 0 ? length - share * (hashes.length - 1) : share);
      if (spent) this.#host.narrator.measure('flood bytes', [spent.from], spent.total);
    }
  }

  /** What is wrong, if something is. */
  #hear(neighbour: Neighbour, packets: readonly Uint8Array[], opened: boolean): string | null {
    for (const packet of packets) {
      const message = decodeMessage(packet);
      const problem = 'error' in message ? message.error : this.#take(neighbour, message, opened);
      if (problem !== null) return problem;
    }
    return null;
  }

  #take(neighbour: Neighbour, message: BitmessageMessage, opened: boolean): string | null {
    switch (message.command) {
      case 'version':
        return this.#greet(neighbour, message, opened);
      case 'verack':
        neighbour.acknowledged = true;
        this.#begin(neighbour);
        return null;
      case 'other':
        return null;
      default:
        if (!neighbour.greeted || !neighbour.acknowledged) return `${message.command} before version and verack`;
        if (message.command === 'object') return this.#receive(neighbour, message);
        if (message.command === 'inv') this.#hearOf(neighbour, message.hashes.map(bytesToHex));
        else this.#send(neighbour, message.hashes.map(bytesToHex));
        return null;
    }
  }

  #greet(neighbour: Neighbour, { version, nonce }: VersionMessage, opened: boolean): string | null {
    if (neighbour.greeted) return 'a second version';
    if (version < PROTOCOL_VERSION) return `protocol version ${version}`;
    const own = bytesToHex(nonce);
    if ([...this.#neighbours].some((one) => bytesToHex(one.nonce) === own)) return 'a connection to itself';
    neighbour.greeted = true;
    if (!opened) this.#put(neighbour, this.#version(neighbour));
    this.#put(neighbour, { command: 'verack' });
    this.#begin(neighbour);
    return null;
  }

  #version({ connection, nonce }: Neighbour): VersionMessage {
    return {
      command: 'version',
      version: PROTOCOL_VERSION,
      time: this.#now,
      receiver: connection.remote,
      sender: { address: this.#host.address, port: BITMESSAGE_PORT },
      nonce,
      userAgent: USER_AGENT,
      streams: [1],
    };
  }

  /** Tells a new neighbour of all that it holds. */
  #begin(neighbour: Neighbour): void {
    if (!neighbour.greeted || !neighbour.acknowledged) return;
    const hashes = this.#inventory.hashes.slice(-LIST_LIMIT);
    if (hashes.length > 0) this.#tell(neighbour, hashes);
  }

  #tell(neighbour: Neighbour, hashes: readonly ObjectHash[]): void {
    const news = hashes.filter((hash) => !neighbour.known.has(hash));
    for (const hash of news) neighbour.known.add(hash);
    // What is told of at the beginning of a connection is still on behalf of the steps that it came from.
    const cause = this.#causes.get(news.at(-1) ?? '') ?? this.#host.cause;
    if (news.length > 0) this.#put(neighbour, { command: 'inv', hashes: news.map(hexToBytes) }, cause);
  }

  #hearOf(neighbour: Neighbour, hashes: readonly ObjectHash[]): void {
    for (const hash of hashes) neighbour.known.add(hash);
    this.#ask(
      neighbour,
      hashes.filter((hash) => !this.#inventory.has(hash) && !this.#asked.has(hash)),
    );
  }

  #ask(neighbour: Neighbour, hashes: readonly ObjectHash[]): void {
    const wanted = [...new Set(hashes)];
    for (const hash of wanted) this.#asked.set(hash, neighbour);
    if (wanted.length > 0) this.#put(neighbour, { command: 'getdata', hashes: wanted.map(hexToBytes) });
  }

  #put({ outgoing }: Neighbour, message: SentMessage, cause = this.#host.cause): void {
    outgoing.put({ message, cause });
  }

  /** What was asked of a neighbour that has gone is asked of others who have told of it. */
  #askOthers(gone: Neighbour): void {
    for (const [hash, neighbour] of [...this.#asked]) {
      if (neighbour !== gone) continue;
      this.#asked.delete(hash);
      const other = [...this.#neighbours].find(({ known }) => known.has(hash));
      if (other) this.#ask(other, [hash]);
    }
  }

  #send(neighbour: Neighbour, hashes: readonly ObjectHash[]): void {
    for (const hash of hashes) {
      const kept = this.#inventory.get(hash);
      if (kept) this.#put(neighbour, { command: 'object', bytes: kept.bytes });
    }
  }

  #receive(neighbour: Neighbour, object: ObjectMessage): string | null {
    const hash = hashOf(object.bytes);
    neighbour.known.add(hash);
    this.#asked.delete(hash);
    if (this.#inventory.has(hash)) return null;
    const lifetime = object.expires - this.#now;
    // It may have expired on the way: nobody's fault.
    if (lifetime <= 0 || object.stream !== 1) return null;
    if (lifetime > LONGEST_LIFE) return 'an object that would live too long';
    if (!isWorthy(object.bytes, lifetime, this.#settings.work)) return 'an object without enough proof of work';
    this.#keep(hash, object);
    this.#try(hash, object);
    return null;
  }

  /** Sends an object of its own on its way. */
  publish(object: ObjectMessage): void {
    this.#keep(hashOf(object.bytes), object);
  }

  #keep(hash: ObjectHash, object: ObjectMessage): void {
    this.#causes.set(hash, this.#host.cause);
    this.#inventory.keep(hash, { bytes: object.bytes, expires: object.expires });
    const expiresAt = (object.expires - EPOCH) * SECOND;
    this.#host.narrator.state('objects', hash.slice(0, 12), formatSize(object.bytes.length), { expiresAt });
    this.#dropInTime(hash);
    for (const neighbour of this.#neighbours) if (neighbour.greeted && neighbour.acknowledged) this.#tell(neighbour, [hash]);
  }

  #try(hash: ObjectHash, object: ObjectMessage): void {
    if (object.type !== OBJECT_TYPES.msg) return;
    const { narrator, name } = this.#host;
    narrator.measure('trial decryptions', [name], ++this.#tried);
    const opened = openMessage(object.content, encodeObjectHeader(object), this.#identity);
    // Sender and recipient: who opens it knows both; whoever does not, neither.
    if (opened) this.#learned += 2;
    narrator.measure('correspondents learned', [name], this.#learned);
    if (!opened) return;
    const text = textOfOctets(opened.text);
    narrator.state('messages', hash.slice(0, 12), `from ${opened.sender.address}: ${text}`, { note: `opens it: “${shortened(text)}”` });
    const flood = this.#ledger.opened(hash, name);
    if (flood) narrator.measure('bitmessage time', [flood.from, name], this.#host.now() - flood.startedAt);
  }

  #dropInTime(hash: ObjectHash): void {
    this.#host.spawn('bitmessage expiry', this.#expire(hash));
  }

  *#expire(hash: ObjectHash): Process {
    const kept = this.#inventory.get(hash);
    if (!kept) return;
    const left = (kept.expires - EPOCH) * SECOND - this.#host.now();
    if (left > 0) yield* this.#host.sleep(left, { background: true });
    this.#inventory.drop(hash);
    this.#causes.delete(hash);
    this.#host.narrator.state('objects', hash.slice(0, 12), null);
  }

  /** Seconds since 1970. */
  get #now(): number {
    return EPOCH + Math.floor(this.#host.now() / SECOND);
  }
}

function objectsIn(message: SentMessage): readonly ObjectHash[] {
  if (message.command === 'object') return [hashOf(message.bytes)];
  return message.command === 'inv' || message.command === 'getdata' ? message.hashes.map(bytesToHex) : [];
}

function labelOf(message: SentMessage): string {
  switch (message.command) {
    case 'inv':
    case 'getdata':
      return `${message.command}: ${message.hashes.length === 1 ? bytesToHex(message.hashes[0] as Uint8Array).slice(0, 12) : count(message.hashes.length, 'object')}`;
    case 'object':
      return `object ${hashOf(message.bytes).slice(0, 12)} (${formatSize(message.bytes.length)})`;
    default:
      return message.command;
  }
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}

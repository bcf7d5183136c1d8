/**
 * What is known of a whole swarm: who takes part, how far each has come, what went from whom to whom. An observer: it stands outside the
 * wire, changes nothing that peers do, and outlives their crashes. All metrics of a torrent come from here.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { type Process, wait } from '../kernel/process.ts';
import type { Narrator } from '../network/host.ts';
import { type BitsPerSecond, type Bytes, type Nanoseconds, SECOND } from '../quantities.ts';
import { clientServerBound, distributionBound } from './bounds.ts';
import { cellsOf, MOST_SHOWN } from './peer-states.ts';
import { addPiece, hasPiece, type PieceSet, pieceSet, sizeOf } from './piece-set.ts';

/** What utilisation is taken over. */
export const SAMPLING: Nanoseconds = 10 * SECOND;
/** Averages that change with each piece are told at most so often. */
const TELLING: Nanoseconds = SECOND;

/** How a download ended; null while it goes on. `down`: the host is, and goes on when it is up again. */
export type Ending = null | 'complete' | 'left' | 'gave up' | 'down';

export interface Member {
  readonly host: string;
  readonly up: BitsPerSecond;
  readonly down: BitsPerSecond;
  /** What it has. To be changed by the ledger only. */
  readonly have: PieceSet;
  haveCount: number;
  /** It is in the swarm at present. */
  present: boolean;
  /** It says that it has all, and has nothing. */
  readonly poisons: boolean;
  /** Whether it was to download it, and since when; NaN before its arrival. */
  downloads: boolean;
  arrivedAt: Nanoseconds;
  completedAt: Nanoseconds;
  ending: Ending;
  uploaded: Bytes;
  downloaded: Bytes;
  corrupt: number;
  banned: number;
}

/** Somebody waits for the end of downloads. */
interface Waiting {
  readonly members: ReadonlySet<Member>;
  readonly underWay: Set<Member>;
  readonly resume: () => void;
}

export class SwarmLedger {
  readonly torrent: string;
  readonly pieces: number;
  readonly #size: Bytes;
  readonly #narrator: Narrator;
  readonly #now: () => Nanoseconds;
  readonly #members = new Map<string, Member>();
  /** Copies of each piece among those who are present. */
  readonly #copies: Int32Array;
  #copiesInAll = 0;
  /** Pieces of which there are so many copies. */
  #piecesWith: number[];
  #minimum = 0;
  #firstArrival: Nanoseconds = Number.NaN;
  /** Upload rates of those who are present, and what they could have carried since the last sample began; NaN: nobody downloads. */
  #capacity: BitsPerSecond = 0;
  #couldCarry = 0;
  #capacitySince: Nanoseconds = 0;
  #carried: Bytes = 0;
  #sampledAt: Nanoseconds = Number.NaN;
  #meanToldAt: Nanoseconds = Number.NEGATIVE_INFINITY;
  #cells = '';
  /** Between downloading peers; to those with the same access rate. */
  #exchanged: Bytes = 0;
  #exchangedAlike: Bytes = 0;
  /** Last values, by metric. */
  readonly #told = new Map<string, number>();
  /** Present: with all of it, and without. */
  #seeds = 0;
  #downloaders = 0;
  /** Downloads by how they stand. */
  #underWay = 0;
  #completed = 0;
  #failed = 0;
  /** By their peer ids in hex. */
  readonly #identities = new Map<string, Member>();
  /** Of the rates of those that completed: their number, their sum, the sum of their squares. */
  readonly #rates = { count: 0, sum: 0, squares: 0 };
  readonly #waiting = new Set<Waiting>();

  /** `narrator`: of the host on whose state timeline the swarm is shown, the tracker's; metrics have subjects of their own. */
  constructor(
    torrent: { readonly name: string; readonly size: Bytes; readonly pieces: number },
    narrator: Narrator,
    now: () => Nanoseconds,
  ) {
    this.torrent = torrent.name;
    this.pieces = torrent.pieces;
    this.#size = torrent.size;
    this.#narrator = narrator;
    this.#now = now;
    this.#copies = new Int32Array(torrent.pieces);
    this.#piecesWith = [torrent.pieces];
  }

  member(host: string): Member | undefined {
    return this.#members.get(host);
  }

  /** Somebody who may take part; called again it gives the same. `downloads`: it is awaited from now on. */
  enlist(
    host: { readonly name: string; readonly up: BitsPerSecond; readonly down: BitsPerSecond },
    downloads: boolean,
    poisons = false,
  ): Member {
    let member = this.#members.get(host.name);
    if (!member) {
      member = {
        host: host.name,
        up: host.up,
        down: host.down,
        have: pieceSet(this.pieces),
        haveCount: 0,
        present: false,
        poisons,
        downloads: false,
        arrivedAt: Number.NaN,
        completedAt: Number.NaN,
        ending: null,
        uploaded: 0,
        downloaded: 0,
        corrupt: 0,
        banned: 0,
      };
      this.#members.set(host.name, member);
    }
    if (downloads && member.ending !== 'complete') this.#open(member);
    return member;
  }

  /** All that were to download have been enlisted: what they could reach at best. */
  tellBounds(): void {
    const seeds: BitsPerSecond[] = [];
    const peers: { readonly up: BitsPerSecond; readonly down: BitsPerSecond }[] = [];
    for (const { downloads, poisons, up, down } of this.#members.values()) {
      if (downloads) peers.push({ up, down });
      else if (!poisons) seeds.push(up);
    }
    if (peers.length === 0 || seeds.length === 0) return;
    this.#tell('distribution bound', distributionBound(this.#size, seeds, peers));
    this.#tell('client-server bound', clientServerBound(this.#size, seeds, peers));
  }

  /** It goes by that peer id, until it comes anew. */
  identify(peerId: Uint8Array, member: Member): void {
    this.#identities.set(bytesToHex(peerId), member);
  }

  /** Who goes by that peer id; undefined for a stranger. */
  identified(peerId: Uint8Array): Member | undefined {
    return this.#identities.get(bytesToHex(peerId));
  }

  /** It joins the swarm with what it has. */
  join(member: Member, have: PieceSet): void {
    if (member.present) return;
    member.present = true;
    member.have.set(have);
    member.haveCount = sizeOf(have);
    if (member.ending === 'down') this.#open(member);
    if (member.downloads && Number.isNaN(member.arrivedAt)) {
      member.arrivedAt = this.#now();
      if (Number.isNaN(this.#firstArrival)) this.#firstArrival = this.#now();
    }
    this.#accrue();
    this.#capacity += member.up;
    // Nothing counts while nobody downloads.
    if (member.downloads && Number.isNaN(this.#sampledAt)) this.#beginSample();
    for (let piece = 0; piece < this.pieces; piece++) if (hasPiece(have, piece)) this.#more(piece);
    this.#countPresent(member, 1);
    this.#tellAvailability(true);
  }

  /** It is not there any more. */
  part(member: Member, ending: Ending): void {
    if (!member.present) return;
    member.present = false;
    this.#accrue();
    this.#capacity -= member.up;
    for (let piece = 0; piece < this.pieces; piece++) if (hasPiece(member.have, piece)) this.#fewer(piece);
    this.#countPresent(member, -1);
    this.#tellAvailability(true);
    this.tellTraffic(member);
    this.end(member, ending);
  }

  /** A download that is under way, or was to begin, is over. */
  end(member: Member, ending: Ending): void {
    if (!member.downloads || member.ending !== null || ending === null) return;
    member.ending = ending;
    this.#underWay--;
    if (ending === 'complete') this.#completed++;
    else if (ending !== 'left') this.#failed++;
    if (this.#underWay === 0) this.#settle();
    for (const waiting of [...this.#waiting]) {
      waiting.underWay.delete(member);
      if (waiting.underWay.size > 0) continue;
      this.#waiting.delete(waiting);
      waiting.resume();
    }
  }

  /** A download begins, or goes on. */
  #open(member: Member): void {
    if (member.downloads && member.ending === null) return;
    if (member.ending === 'down' || member.ending === 'gave up') this.#failed--;
    member.downloads = true;
    member.ending = null;
    this.#underWay++;
    for (const { members, underWay } of this.#waiting) if (members.has(member)) underWay.add(member);
  }

  /** Content of it has arrived. */
  received(from: Member | undefined, to: Member, bytes: Bytes): void {
    to.downloaded += bytes;
    if (!from) return;
    from.uploaded += bytes;
    this.#carried += bytes;
    const trades = (one: Member) => one.downloads && !one.poisons && Number.isNaN(one.completedAt);
    if (!trades(from) || !trades(to)) return;
    this.#exchanged += bytes;
    if (from.up === to.up) this.#exchangedAlike += bytes;
  }

  /** It has one piece more. */
  gained(member: Member, piece: number): void {
    if (hasPiece(member.have, piece)) return;
    addPiece(member.have, piece);
    member.haveCount++;
    this.#more(piece);
    const complete = member.haveCount === this.pieces;
    if (complete && member.present && !member.poisons) {
      this.#downloaders--;
      this.#seeds++;
      this.#tellCrowd();
    }
    this.#tellAvailability(complete);
    if (complete && member.downloads) this.#complete(member);
  }

  /** Called by peers now and then: tells how much of what access links could carry was used. */
  sample(): void {
    if (this.#now() - this.#sampledAt >= SAMPLING) this.#tellUtilisation();
  }

  tellTraffic(member: Member): void {
    const { host, uploaded, downloaded } = member;
    if (downloaded > 0) this.#tell('bytes downloaded', downloaded, host);
    if (uploaded > 0) this.#tell('bytes uploaded', uploaded, host);
    if (downloaded > 0) this.#tell('share ratio', uploaded / downloaded, host);
  }

  corrupt(member: Member): void {
    this.#tell('corrupt pieces', ++member.corrupt, member.host);
  }

  banned(member: Member): void {
    this.#tell('banned peers', ++member.banned, member.host);
  }

  /** Done when none of these downloads is under way any more. */
  ended(members: readonly Member[]): Process {
    return wait<void>((resume) => {
      const underWay = new Set(members.filter(({ ending }) => ending === null));
      if (underWay.size === 0) {
        resume();
        return () => {};
      }
      const waiting = { members: new Set(members), underWay, resume };
      this.#waiting.add(waiting);
      return () => this.#waiting.delete(waiting);
    });
  }

  #complete(member: Member): void {
    member.completedAt = this.#now();
    const time = member.completedAt - member.arrivedAt;
    this.#tell('download time', time, member.host);
    const rates = this.#rates;
    const rate = SECOND / Math.max(1, time);
    rates.count++;
    rates.sum += rate;
    rates.squares += rate * rate;
    // Jain’s index.
    this.#tell('fairness', Math.min(1, (rates.sum * rates.sum) / (rates.count * rates.squares)));
    if (this.#exchanged > 0) this.#tell('clustering', this.#exchangedAlike / this.#exchanged);
    this.tellTraffic(member);
    this.end(member, 'complete');
  }

  /** No download is under way any more. */
  #settle(): void {
    if (!Number.isNaN(this.#sampledAt)) {
      this.#tellUtilisation();
      this.#sampledAt = Number.NaN;
      for (const member of this.#members.values()) this.tellTraffic(member);
    }
    if (this.#completed === 0 || this.#failed > 0) return;
    const time = this.#now() - this.#firstArrival;
    this.#tell('completion time', time);
    const bound = this.#told.get('distribution bound');
    // Of next to nothing over next to infinite lines there is no ratio.
    if (bound !== undefined && bound > 0) this.#tell('bound ratio', time / bound);
  }

  #countPresent({ poisons, haveCount }: Member, by: 1 | -1): void {
    if (poisons) return;
    if (haveCount === this.pieces) this.#seeds += by;
    else this.#downloaders += by;
    this.#tellCrowd();
  }

  #tellCrowd(): void {
    this.#tellChange('seeds', this.#seeds);
    this.#tellChange('downloaders', this.#downloaders);
  }

  #more(piece: number): void {
    const copies = (this.#copies[piece] as number) + 1;
    this.#copies[piece] = copies;
    this.#piecesWith[copies - 1]!--;
    this.#piecesWith[copies] = (this.#piecesWith[copies] ?? 0) + 1;
    this.#copiesInAll++;
    while (this.#piecesWith[this.#minimum] === 0) this.#minimum++;
  }

  #fewer(piece: number): void {
    const copies = (this.#copies[piece] as number) - 1;
    this.#copies[piece] = copies;
    this.#piecesWith[copies + 1]!--;
    this.#piecesWith[copies]!++;
    this.#copiesInAll--;
    this.#minimum = Math.min(this.#minimum, copies);
  }

  #tellAvailability(now: boolean): void {
    this.#tellChange('availability', this.#minimum);
    if (!now && this.#now() - this.#meanToldAt < TELLING) return;
    this.#meanToldAt = this.#now();
    this.#tellChange('piece copies', this.#copiesInAll / this.pieces);
    // While nobody downloads, it tells nothing of how peers choose.
    if (this.#copiesInAll > 0 && !Number.isNaN(this.#sampledAt))
      this.#tellChange('piece evenness', (this.#minimum * this.pieces) / this.#copiesInAll);
    this.#tellCopies();
  }

  /** On the state timeline: how many have each piece, from nine on the same. */
  #tellCopies(): void {
    if (this.#members.size > MOST_SHOWN) return;
    const cells = cellsOf(this.pieces, (piece) => Math.min(9, this.#copies[piece] as number));
    if (cells === this.#cells) return;
    this.#cells = cells;
    this.#narrator.state(`swarm of ${this.torrent}`, 'copies', cells);
  }

  /** What the access links could have carried up to now. */
  #accrue(): void {
    const now = this.#now();
    this.#couldCarry += (this.#capacity * (now - this.#capacitySince)) / SECOND / 8;
    this.#capacitySince = now;
  }

  #beginSample(): void {
    this.#sampledAt = this.#now();
    this.#couldCarry = 0;
    this.#carried = 0;
  }

  #tellUtilisation(): void {
    this.#accrue();
    // What was under way when the sample began may have gone out before.
    if (this.#couldCarry > 0) this.#tell('upload utilisation', Math.min(1, this.#carried / this.#couldCarry));
    this.#beginSample();
  }

  #tellChange(metric: string, value: number): void {
    if (this.#told.get(metric) !== value) this.#tell(metric, value);
  }

  #tell(metric: string, value: number, host?: string): void {
    if (host === undefined) this.#told.set(metric, value);
    this.#narrator.measure(metric, host === undefined ? [this.torrent] : [host, this.torrent], value);
  }
}

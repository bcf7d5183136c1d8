/**
 * Viewers who watch films from a CDN, without messages: each with a player and a playout buffer of its own, over lines that they share.
 *
 * Theory of operation. A viewer stands near a node, and begins a film, drawn by its popularity, at whatever node those there are sent to.
 * Two round trips later (a connection, and the manifest) the player (dash/viewer.ts) says what it wants. A segment takes a round trip, and
 * its share of the node's line, of which no viewer gets more than its own line carries (shared-line.ts). What is in no cache comes from
 * the origin, over its line, which fetches share alike; it is passed on while it comes, so the segment is there when the slower of the
 * two has brought it, and whoever asks for it meanwhile waits for the same fetch. When the film has ended, the viewer begins another one.
 *
 * A viewer stays with its node until it begins another film, or the node is gone: then nothing comes for as long as a player is patient,
 * and it goes where it is sent by then. Memory grows by viewer, node and object.
 */
import type { Film } from '../../dash/film.ts';
import { patienceOf } from '../../dash/patience.ts';
import { Viewer, type ViewerSettings } from '../../dash/viewer.ts';
import { EventQueue, NEVER } from '../../kernel/event-queue.ts';
import type { RandomStream } from '../../kernel/random.ts';
import { type BitsPerSecond, MILLISECOND, type Nanoseconds, type Ratio } from '../../quantities.ts';
import { Popularity, zipf } from '../popularity.ts';
import { CompactNodes, type NodesSetUp } from './nodes.ts';
import { NONE, SharedLine } from './shared-line.ts';
import { Titles } from './titles.ts';

export interface AudienceSetUp extends Pick<NodesSetUp, 'service' | 'latency' | 'up'> {
  readonly viewers: number;
  /** At least one. */
  readonly films: readonly Film[];
  /** How many titles there are, each with a film's segments, by turns; the i-th is chosen in proportion to 1 / i^alpha. */
  readonly titles: number;
  readonly alpha: number;
  readonly settings: Omit<ViewerSettings, 'duration' | 'startThreshold' | 'resumeThreshold'> & {
    /** null: a segment. */
    readonly startThreshold: Nanoseconds | null;
  };
  /** Of each viewer’s line, and its latency one way. */
  readonly down: BitsPerSecond;
  readonly lineLatency: Nanoseconds;
  /** Viewers come at random times within that. */
  readonly arriving: Nanoseconds;
  /** Of the origin's line, and the way to it from a node's place. */
  readonly originUp: BitsPerSecond;
  readonly toOrigin: (node: string) => Nanoseconds;
  readonly random: (purpose: string) => RandomStream;
  /** A segment has come, so long after it was asked for. */
  readonly delivered: (time: Nanoseconds) => void;
}

/** What became of the viewers so far, all together. */
export interface Watched {
  readonly films: number;
  readonly playing: Nanoseconds;
  readonly stalled: Nanoseconds;
  readonly segments: number;
  /** Sum over the segments that were shown, in kbit/s. */
  readonly bitrate: number;
}

/** What a viewer's next event is. */
const BEGINS = 0;
const ASKS = 1;
const REACHES_NODE = 2;
const LOADS = 3;
const WAITS_FOR_FETCH = 4;
const HAS_SEGMENT = 5;
const GIVES_UP = 6;

/** An object on its way from the origin to a cache. */
interface Fetch {
  readonly key: number;
  readonly owner: number;
  readonly waiting: number[];
}

export class Audience {
  readonly #setUp: AudienceSetUp;
  readonly #nodes: CompactNodes;
  readonly #titles: Titles;
  readonly #popularity: Popularity;
  readonly #choices: RandomStream;
  readonly #queue = new EventQueue();
  /** Of each entry of the queue: a viewer, a node's line after all viewers, the origin's after those, or the end of an advance. */
  #subjects = new Int32Array(1024);
  readonly #lines: readonly SharedLine[];
  readonly #lineEntries: Int32Array;
  readonly #fetches = new Map<number, Fetch>();
  /** Fetches on the origin's line, by number. */
  readonly #running: (Fetch | null)[] = [];
  readonly #free: number[] = [];
  readonly #toOrigin: Float64Array;
  /** By node and node: a round trip of a viewer that stands near the first to the second. */
  readonly #roundTrips: Float64Array;

  readonly #viewers: (Viewer | null)[];
  readonly #states: Uint8Array;
  readonly #title: Int32Array;
  readonly #node: Int32Array;
  readonly #segment: Int32Array;
  readonly #rendition: Int32Array;
  readonly #askedAt: Float64Array;
  readonly #firstBit: Float64Array;
  /** When the origin's part of it is there; infinite while that is not known. */
  readonly #readyAt: Float64Array;
  /** The fetch that it waits for, or has waited for; NONE without one. */
  readonly #awaited: Float64Array;
  readonly #ended = { films: 0, playing: 0, stalled: 0, segments: 0, bitrate: 0 };

  constructor(setUp: AudienceSetUp, now: Nanoseconds) {
    const { viewers, service, films, titles, alpha, latency, lineLatency, up, down, originUp, toOrigin, arriving, random } = setUp;
    const { nodes } = service;
    this.#setUp = setUp;
    this.#titles = new Titles(films, titles);
    const { objects } = this.#titles;
    this.#nodes = new CompactNodes({ service, latency, up, objects, path: (object) => this.#titles.pathOf(object) }, now);
    if (service.fill === 'push') this.#nodes.push((object) => this.#titles.sizeOf(object));
    this.#popularity = new Popularity(zipf(titles, alpha));
    this.#choices = random('crowd films');
    this.#lines = [...nodes.map((name) => new SharedLine(up(name), down)), new SharedLine(originUp, Number.POSITIVE_INFINITY)];
    this.#lineEntries = new Int32Array(this.#lines.length).fill(NONE);
    this.#toOrigin = Float64Array.from(nodes, toOrigin);
    this.#roundTrips = Float64Array.from(nodes.flatMap((near) => nodes.map((node) => 2 * (lineLatency + latency(near, node)))));
    this.#viewers = Array.from({ length: viewers }, () => null);
    this.#states = new Uint8Array(viewers).fill(BEGINS);
    this.#title = new Int32Array(viewers);
    this.#node = new Int32Array(viewers);
    this.#segment = new Int32Array(viewers);
    this.#rendition = new Int32Array(viewers);
    this.#askedAt = new Float64Array(viewers);
    this.#firstBit = new Float64Array(viewers);
    this.#readyAt = new Float64Array(viewers);
    this.#awaited = new Float64Array(viewers).fill(NONE);
    const arrivals = random('crowd arrivals');
    for (let viewer = 0; viewer < viewers; viewer++) this.#at(now + Math.floor(arrivals.float() * arriving), 0, viewer);
  }

  get nodes(): CompactNodes {
    return this.#nodes;
  }

  /** Does what happens before `until`; `up`: whether a node is there. Viewers begin films where they were sent at the last look (`nodes.look`). */
  advance(until: Nanoseconds, up: (node: number) => boolean): void {
    const nodes = this.#nodes;
    const count = this.#viewers.length;
    const since = this.#queue.now;
    nodes.see(up);
    for (const [node, line] of this.#lines.entries()) {
      if (node >= this.#setUp.service.nodes.length || nodes.isUp(node) || line.transfers === 0) continue;
      for (const viewer of line.cut(since)) this.#isLeftWaiting(viewer, since);
      this.#plan(node);
    }
    // Before all else that happens then.
    this.#at(until, -1, count + this.#lines.length);
    for (;;) {
      const subject = this.#subjects[this.#queue.take()] as number;
      const { now } = this.#queue;
      if (subject < count) this.#wake(subject, now);
      else if (subject < count + this.#lines.length) this.#lineEnds(subject - count, now);
      else break;
    }
  }

  /** As of the end of the last advance. */
  watched(now: Nanoseconds): Watched {
    const sum = { ...this.#ended };
    for (const viewer of this.#viewers) if (viewer) add(sum, viewer, now);
    return sum;
  }

  #at(time: Nanoseconds, priority: number, subject: number): number {
    const entry = this.#queue.add(time, priority);
    if (entry >= this.#subjects.length) {
      const grown = new Int32Array(2 * entry);
      grown.set(this.#subjects);
      this.#subjects = grown;
    }
    this.#subjects[entry] = subject;
    return entry;
  }

  #wakeAt(viewer: number, state: number, time: Nanoseconds): void {
    this.#states[viewer] = state;
    this.#at(time, 0, viewer);
  }

  #wake(viewer: number, now: Nanoseconds): void {
    switch (this.#states[viewer]) {
      case BEGINS:
        this.#begin(viewer, now);
        break;
      case ASKS:
        this.#ask(viewer, now);
        break;
      case REACHES_NODE:
        this.#reach(viewer, now);
        break;
      case HAS_SEGMENT:
        this.#arrived(viewer, now);
        break;
      case GIVES_UP:
        this.#nodes.failed();
        this.#viewers[viewer]?.lost(now);
        this.#ask(viewer, now);
        break;
    }
  }

  #begin(viewer: number, now: Nanoseconds): void {
    const title = this.#popularity.draw(this.#choices);
    const film = this.#titles.filmOf(title);
    const { settings } = this.#setUp;
    const startThreshold = settings.startThreshold ?? Math.round(film.movie.segmentDuration * MILLISECOND);
    this.#title[viewer] = title;
    this.#viewers[viewer] = new Viewer(
      film.movie,
      { ...settings, duration: film.duration, startThreshold, resumeThreshold: startThreshold },
      now,
    );
    this.#node[viewer] = this.#nodes.chosenNear(this.#nearOf(viewer));
    this.#ended.films++;
    this.#wakeAt(viewer, ASKS, now + 2 * this.#roundTrip(viewer));
  }

  #ask(viewer: number, now: Nanoseconds): void {
    const watching = this.#viewers[viewer] as Viewer;
    const wish = watching.next(now);
    if (wish.kind === 'ask') {
      if (!this.#nodes.isUp(this.#node[viewer] as number)) this.#node[viewer] = this.#nodes.chosenNear(this.#nearOf(viewer));
      this.#segment[viewer] = wish.segment;
      this.#rendition[viewer] = wish.rendition;
      this.#askedAt[viewer] = now;
      this.#wakeAt(viewer, REACHES_NODE, now + this.#roundTrip(viewer));
      return;
    }
    const until = wish.kind === 'done' ? null : (wish.until ?? watching.playout.nextChange());
    if (until !== null) {
      this.#wakeAt(viewer, ASKS, until);
      return;
    }
    add(this.#ended, watching, now);
    this.#viewers[viewer] = null;
    this.#begin(viewer, now);
  }

  /** The request is at the node, and, the way back counted in, what it answers at once would be at the viewer. */
  #reach(viewer: number, now: Nanoseconds): void {
    const node = this.#node[viewer] as number;
    if (!this.#nodes.isUp(node)) {
      this.#isLeftWaiting(viewer, now);
      return;
    }
    const object = this.#titles.objectOf(this.#title[viewer] as number, this.#segment[viewer] as number, this.#rendition[viewer] as number);
    const owner = this.#nodes.ownerOf(node, object);
    const between = owner === node ? 0 : 2 * this.#latency(node, owner);
    const key = object * this.#setUp.service.nodes.length + owner;
    let fetch = this.#fetches.get(key);
    const has = this.#nodes.request(node, object, this.#titles.sizeOf(object), fetch !== undefined);
    this.#firstBit[viewer] = now + between;
    this.#readyAt[viewer] = now + between;
    this.#awaited[viewer] = fetch || !has ? key : NONE;
    if (!has) {
      fetch = { key, owner, waiting: [] };
      this.#fetches.set(key, fetch);
      this.#startFetch(fetch, object, now);
    }
    if (fetch) {
      fetch.waiting.push(viewer);
      this.#readyAt[viewer] = Number.POSITIVE_INFINITY;
      if (!has) this.#firstBit[viewer] = now + between + 2 * (this.#toOrigin[owner] as number);
    }
    this.#states[viewer] = LOADS;
    (this.#lines[node] as SharedLine).begin(now, viewer, this.#bitsOf(viewer));
    this.#plan(node);
  }

  #startFetch(fetch: Fetch, object: number, now: Nanoseconds): void {
    const number = this.#free.pop() ?? this.#running.length;
    this.#running[number] = fetch;
    const line = this.#lines.length - 1;
    (this.#lines[line] as SharedLine).begin(now, number, this.#titles.sizeOf(object) * 8);
    this.#plan(line);
  }

  /** A transfer over a line is over, or several. */
  #lineEnds(number: number, now: Nanoseconds): void {
    this.#lineEntries[number] = NONE;
    const line = this.#lines[number] as SharedLine;
    for (let owner = line.take(now); owner !== NONE; owner = line.take(now)) {
      if (number === this.#lines.length - 1) this.#fetched(owner, now);
      else this.#loaded(owner, now);
    }
    this.#plan(number);
  }

  #fetched(number: number, now: Nanoseconds): void {
    const { key, owner, waiting } = this.#running[number] as Fetch;
    this.#running[number] = null;
    this.#free.push(number);
    this.#fetches.delete(key);
    const ready = now + 2 * (this.#toOrigin[owner] as number);
    for (const viewer of waiting) {
      // Its node may have failed meanwhile, and what it waits for now be something else.
      if (this.#awaited[viewer] !== key || this.#readyAt[viewer] !== Number.POSITIVE_INFINITY) continue;
      this.#readyAt[viewer] = ready;
      if (this.#states[viewer] === WAITS_FOR_FETCH) this.#wakeAt(viewer, HAS_SEGMENT, ready);
    }
  }

  #loaded(viewer: number, now: Nanoseconds): void {
    const ready = this.#readyAt[viewer] as number;
    if (ready === Number.POSITIVE_INFINITY) this.#states[viewer] = WAITS_FOR_FETCH;
    else if (ready > now) this.#wakeAt(viewer, HAS_SEGMENT, ready);
    else this.#arrived(viewer, now);
  }

  #arrived(viewer: number, now: Nanoseconds): void {
    const askedAt = this.#askedAt[viewer] as number;
    const time = (now - askedAt) / MILLISECOND;
    this.#setUp.delivered(now - askedAt);
    (this.#viewers[viewer] as Viewer).arrived(now, {
      segment: this.#segment[viewer] as number,
      rendition: this.#rendition[viewer] as number,
      size: this.#bitsOf(viewer),
      time,
      timeToFirstBit: Math.min(time, ((this.#firstBit[viewer] as number) - askedAt) / MILLISECOND),
    });
    this.#ask(viewer, now);
  }

  #isLeftWaiting(viewer: number, now: Nanoseconds): void {
    this.#awaited[viewer] = NONE;
    this.#wakeAt(viewer, GIVES_UP, now + patienceOf((this.#viewers[viewer] as Viewer).movie.segmentDuration));
  }

  /** Plans the end of a line's next transfer anew. */
  #plan(line: number): void {
    const before = this.#lineEntries[line] as number;
    if (before !== NONE) this.#queue.remove(before);
    const end = (this.#lines[line] as SharedLine).nextEnd();
    this.#lineEntries[line] = end === NEVER ? NONE : this.#at(end, 0, this.#viewers.length + line);
  }

  /** As many near each node. */
  #nearOf(viewer: number): number {
    return viewer % this.#setUp.service.nodes.length;
  }

  #roundTrip(viewer: number): Nanoseconds {
    return this.#roundTrips[this.#nearOf(viewer) * this.#setUp.service.nodes.length + (this.#node[viewer] as number)] as number;
  }

  #latency(from: number, to: number): Nanoseconds {
    const { service, latency } = this.#setUp;
    return latency(service.nodes[from] as string, service.nodes[to] as string);
  }

  #bitsOf(viewer: number): number {
    const { movie } = this.#viewers[viewer] as Viewer;
    return movie.sizes[this.#segment[viewer] as number]?.[this.#rendition[viewer] as number] as number;
  }
}

/** Adds what a viewer has seen of its film up to now. */
function add(sum: { -readonly [K in keyof Watched]: Watched[K] }, viewer: Viewer, now: Nanoseconds): void {
  viewer.advance(now);
  sum.playing += viewer.playout.spent('playing');
  sum.stalled += viewer.playout.spent('stalled');
  sum.segments += viewer.shown.segments;
  sum.bitrate += viewer.shown.bitrate;
}

/** Share of stalls in the time in which there was something to see; NaN before there was. */
export const stallRatio = ({ playing, stalled }: Watched): Ratio => stalled / (playing + stalled);

/**
 * The player of a host: a film from web servers, segment by segment, as its manifest says (ISO/IEC 23009-1).
 *
 * Theory of operation. The manifest is fetched and read; the viewer (viewer.ts) says what to ask for and when; requests go one after
 * the other over persistent connections, each server of the manifest looked up and known by what it brought (servers.ts). Two processes
 * run side by side: one fetches, the other drives the playout buffer to the moments at which it changes by itself. A bell wakes either
 * when the other, or the person in front of it, has changed something. A jump to what is not held stops the request under way.
 *
 * What brings nothing for two segments’ durations, 4 s at least, is given up: the server has failed. A film of which no server brings
 * anything in three rounds is not played on.
 */
import { bytesOfAll } from '../contents.ts';
import { count, formatDuration, formatRate } from '../format.ts';
import type { ClientRequest, HttpClient } from '../http/client.ts';
import { type IncomingResponse, requestFailed } from '../http/connection.ts';
import { fetchWhole, REDIRECTS_LIMIT, redirected } from '../http/fetching.ts';
import { decodeUrl, encodeUrl, resolveReference, type Url } from '../http/wire/request-target.ts';
import { type Process, race } from '../kernel/process.ts';
import type { Host } from '../network/host.ts';
import type { StepOutcome } from '../protocol.ts';
import { MILLISECOND, type Nanoseconds } from '../quantities.ts';
import type { PlaybackControls } from '../video/playback-controls.ts';
import { PlaybackTelling } from '../video/playback-telling.ts';
import { Bell } from './bell.ts';
import { type PlayableFilm, playableFilm } from './manifest-movie.ts';
import type { SegmentUrl } from './mpd/presentation.ts';
import { readManifest } from './mpd/read.ts';
import { patienceOf } from './patience.ts';
import type { PlayAction } from './scenario.ts';
import { SERVER_RULES, type Server, Servers } from './servers.ts';
import { Viewer, type Wish } from './viewer.ts';

/** The store of the state timeline in which a player’s choice stands. */
const STORE = 'rendition';
/** Attempts for one segment, of each server. */
const ROUNDS = 3;
/** Between two looks at a download that may be given up: as the published simulator has it. */
const LOOK_INTERVAL: Nanoseconds = 50 * MILLISECOND;
const LOOK_BITS = 12_000;
/** Greatest manifest that is read. */
const MANIFEST_SIZE = 16 * 1024 * 1024;

export class Player implements PlaybackControls {
  readonly #host: Host;
  readonly #client: HttpClient;
  readonly #action: PlayAction;
  readonly #changed = new Bell();
  readonly #began: Nanoseconds;
  /** Once the manifest is read. */
  #viewer: Viewer | null = null;
  /** What the person in front of it did before. */
  readonly #early: ((viewer: Viewer) => void)[] = [];
  #film: PlayableFilm | null = null;
  #servers: Servers | null = null;
  readonly #telling: PlaybackTelling;
  /** Renditions whose initialization segment was read, from whichever server. */
  readonly #initialized = new Set<string>();
  #abandoned = 0;
  #attempts = 0;
  /** Set by a jump to what is not held: what is under way is not wanted. */
  #unwanted = false;
  #told = '';

  constructor(host: Host, client: HttpClient, action: PlayAction) {
    this.#host = host;
    this.#client = client;
    this.#action = action;
    this.#began = host.now();
    this.#telling = new PlaybackTelling(host.name, action.film, host.narrator);
  }

  *play(): Process<StepOutcome> {
    try {
      const failure = yield* this.#start();
      if (failure !== null) return { outcome: failure, succeeded: false };
      const ended = yield* race(this.#fetchAll(), this.#drive());
      const problem = ended.winner === 'first' ? ended.value : null;
      return this.#outcome(problem);
    } finally {
      this.#telling.end();
      this.#host.narrator.state(STORE, this.#action.film, null);
      this.#client.close();
    }
  }

  // The person in front of it.

  get length(): Nanoseconds | null {
    return this.#film?.duration ?? null;
  }

  pause(): void {
    this.#act(({ playout }) => playout.pause(this.#host.now()));
  }

  resume(): void {
    this.#act(({ playout }) => playout.resume(this.#host.now()));
  }

  seek(position: Nanoseconds): void {
    this.#act((viewer) => {
      const now = this.#host.now();
      // Before and after, as where a segment arrives.
      viewer.advance(now);
      this.#measure('buffer', viewer.playout.level);
      if (!viewer.seek(now, position)) this.#unwanted = true;
      this.#measure('buffer', viewer.playout.level);
    });
  }

  setSpeed(speed: number): void {
    this.#act(({ playout }) => playout.setSpeed(this.#host.now(), speed));
  }

  /** At once, or once there is a manifest. */
  #act(act: (viewer: Viewer) => void): void {
    if (this.#viewer) act(this.#viewer);
    else this.#early.push(act);
    this.#changed.ring();
  }

  /** Fetches the manifest and makes everything ready. null, or why there is nothing to play. */
  *#start(): Process<string | null> {
    let failure = 'no manifest';
    for (const manifest of this.#action.manifests) {
      const url = decodeUrl(manifest) as Url;
      const fetched = yield* fetchWhole({ method: 'GET', url, fields: [] }, (request) => this.#client.request(request), REDIRECTS_LIMIT);
      if ('failure' in fetched) failure = fetched.failure;
      else if (fetched.status !== 200) failure = `${fetched.status} for ${encodeUrl(url)}`;
      else {
        const problem = this.#read(fetched.url, bytesOfAll(fetched.contents));
        if (problem === null) return null;
        failure = problem;
      }
      this.#host.narrator.note(`no manifest from ${url.host}: ${failure}`);
    }
    return failure;
  }

  #read(url: Url, bytes: Uint8Array): string | null {
    if (bytes.length > MANIFEST_SIZE) return 'a manifest that is too large';
    const presentation = readManifest(new TextDecoder().decode(bytes));
    if ('problem' in presentation) return `a manifest that cannot be read: ${presentation.problem}`;
    const film = playableFilm(presentation);
    if ('problem' in film) return `a manifest that cannot be played: ${film.problem}`;
    const { settings } = this.#action;
    const { segmentDuration } = film.movie;
    const servers = serversOf(film, url);
    if (servers.length === 0) return 'a manifest whose segments lie nowhere on the web';
    this.#film = film;
    this.#servers = new Servers(servers, segmentDuration);
    const threshold = settings.startThreshold ?? Math.round(film.minimumBuffer * MILLISECOND);
    const viewer = new Viewer(
      film.movie,
      {
        ...settings,
        buffer: Math.max(settings.buffer / MILLISECOND, segmentDuration + 1),
        duration: film.duration,
        startThreshold: threshold,
        resumeThreshold: threshold,
      },
      this.#began,
      (change) => {
        this.#telling.changed(change, viewer.playout);
        this.#changed.ring();
      },
    );
    this.#viewer = viewer;
    for (const act of this.#early) act(viewer);
    viewer.reckonWith(this.#servers.current.estimate);
    const { bitrates, sizes } = film.movie;
    const renditions = `${count(bitrates.length, 'rendition')}, ${formatRate((bitrates[0] as number) * 1000)} to ${formatRate((bitrates.at(-1) as number) * 1000)}`;
    this.#host.narrator.note(`manifest of ${this.#action.film}: ${count(sizes.length, 'segment')} in ${renditions}`);
    return null;
  }

  /** Brings the playout buffer to each moment at which it changes by itself; done when the film has ended. */
  *#drive(): Process {
    const viewer = this.#viewer as Viewer;
    for (;;) {
      viewer.advance(this.#host.now());
      if (viewer.playout.phase === 'ended') return;
      const next = viewer.playout.nextChange();
      if (next === null) yield* this.#changed.heard();
      else yield* race(this.#host.sleep(next - this.#host.now()), this.#changed.heard());
    }
  }

  /** Fetches what the viewer wants; done only with a reason why it cannot go on. */
  *#fetchAll(): Process<string> {
    const viewer = this.#viewer as Viewer;
    for (;;) {
      const now = this.#host.now();
      this.#unwanted = false;
      const wish = viewer.next(now);
      if (wish.kind === 'ask') {
        const problem = yield* this.#attempt(wish);
        if (problem !== null) return problem;
      } else if (wish.kind === 'done' || wish.until === null) yield* this.#changed.heard();
      else yield* race(this.#host.sleep(wish.until - now), this.#changed.heard());
    }
  }

  /** One attempt to get a segment, from the server in use. null, or why there will be none any more. */
  *#attempt(wish: Wish & { readonly kind: 'ask' }): Process<string | null> {
    const servers = this.#servers as Servers;
    this.#tell(wish.rendition, servers.current);
    const outcome = yield* this.#unlessUnwanted(this.#segment(wish, servers.current));
    const viewer = this.#viewer as Viewer;
    const now = this.#host.now();
    if (outcome === 'unwanted') {
      this.#attempts = 0;
      return null;
    }
    if (outcome === 'abandoned') {
      if (servers.congested(now)) this.#moved('is slow');
      return null;
    }
    if (outcome === 'arrived') {
      this.#attempts = 0;
      return null;
    }
    viewer.lost(now);
    if (++this.#attempts >= ROUNDS * servers.all.length) return `segment ${wish.segment + 1} cannot be had: ${outcome.failure}`;
    const before = servers.current;
    const again = servers.failed(now);
    if (servers.current !== before) this.#moved(`fails: ${outcome.failure}`, before);
    if (again > now) yield* this.#host.sleep(again - now);
    return null;
  }

  *#unlessUnwanted<T>(process: Process<T>): Process<T | 'unwanted'> {
    const raced = yield* race(process, this.#untilUnwanted());
    return raced.winner === 'first' ? raced.value : 'unwanted';
  }

  *#untilUnwanted(): Process {
    while (!this.#unwanted) yield* this.#changed.heard();
  }

  /** A rendition’s initialization, where it was not read yet, and the segment. */
  *#segment(wish: Wish & { readonly kind: 'ask' }, server: Server): Process<'arrived' | 'abandoned' | { readonly failure: string }> {
    const { segment, rendition } = wish;
    const representation = (this.#film as PlayableFilm).representations[rendition];
    const media = representation?.segments[segment];
    if (!representation || !media) return { failure: 'it is not in the manifest' };
    const { initialization, id } = representation;
    if (initialization && !this.#initialized.has(id)) {
      const read = yield* this.#fetch(server.bases[rendition] as string, initialization, null);
      if (typeof read !== 'string') return read;
      this.#initialized.add(id);
    }
    return yield* this.#fetch(server.bases[rendition] as string, media, wish);
  }

  /** `wish`: the segment that it is; null for an initialization. */
  *#fetch(
    base: string,
    { url, range }: SegmentUrl,
    wish: (Wish & { readonly kind: 'ask' }) | null,
  ): Process<'arrived' | 'abandoned' | { readonly failure: string }> {
    const at = resolveReference(decodeUrl(base) as Url, url);
    if (!at) return { failure: `${url} is no URI of the web` };
    const fields = range === null ? [] : [{ name: 'Range', value: `bytes=${range[0]}-${range[1]}` }];
    const request: ClientRequest = { method: 'GET', url: at, fields };
    const progress = { at: this.#host.now() };
    const raced = yield* race(this.#receive(request, wish, progress), this.#impatience(progress));
    return raced.winner === 'first' ? raced.value : { failure: 'no answer in time' };
  }

  /** Done when nothing has come for too long. */
  *#impatience(progress: { readonly at: Nanoseconds }): Process {
    const { segmentDuration } = (this.#film as PlayableFilm).movie;
    const patience = patienceOf(segmentDuration);
    for (;;) {
      const left = progress.at + patience - this.#host.now();
      if (left <= 0) return;
      yield* this.#host.sleep(left);
    }
  }

  *#receive(
    request: ClientRequest,
    wish: (Wish & { readonly kind: 'ask' }) | null,
    latest: { at: Nanoseconds },
  ): Process<'arrived' | 'abandoned' | { readonly failure: string }> {
    const host = this.#host;
    const viewer = this.#viewer as Viewer;
    const began = host.now();
    const response = yield* this.#ask(request, latest);
    if ('failure' in response) return response;
    const { body, status } = response;
    let whole = false;
    try {
      const timeToFirstBit = (host.now() - began) / MILLISECOND;
      let bits = 0;
      let lookedAt = began;
      let lookedBits = 0;
      for (;;) {
        const content = yield* body.read();
        if (content === null) break;
        const now = host.now();
        latest.at = now;
        bits += content.length * 8;
        if (!wish || status >= 300 || !this.#action.settings.abandonment) continue;
        if (now - lookedAt < LOOK_INTERVAL || bits - lookedBits < LOOK_BITS) continue;
        lookedAt = now;
        lookedBits = bits;
        const size = body.length === null ? Math.max(wish.size, bits) : body.length * 8;
        if (bits >= size) continue;
        const { segment, rendition } = wish;
        const progress = { segment, rendition, size, downloaded: bits, time: (now - began) / MILLISECOND, timeToFirstBit };
        const to = viewer.abandon(now, progress);
        if (to === null) continue;
        viewer.abandoned(now, progress, to);
        (this.#servers as Servers).measured(now, bits / progress.time);
        this.#giveUp(wish, to);
        return 'abandoned';
      }
      whole = body.problem === null;
      if (!whole) return { failure: body.problem ?? '' };
      if (status !== 200 && status !== 206) return { failure: `${status} ${response.reason ?? ''}`.trim() };
      if (wish) this.#arrived(wish, { size: bits, time: (host.now() - began) / MILLISECOND, timeToFirstBit });
      return 'arrived';
    } finally {
      if (!whole) body.abandon('not wanted any more');
    }
  }

  /** The response at the end of all redirects. */
  *#ask(request: ClientRequest, latest: { at: Nanoseconds }): Process<IncomingResponse | { readonly failure: string }> {
    let asked = request;
    for (let redirects = 0; ; redirects++) {
      const response = yield* this.#client.request(asked);
      if (requestFailed(response)) return { failure: response.failure };
      latest.at = this.#host.now();
      const to = redirected(asked, response.status, response.fields);
      if (to === null) return response;
      let whole = false;
      try {
        while ((yield* response.body.read()) !== null);
        whole = response.body.problem === null;
      } finally {
        if (!whole) response.body.abandon('not wanted any more');
      }
      if ('failure' in to) return { failure: to.failure };
      if (redirects === REDIRECTS_LIMIT) return { failure: `redirected to ${encodeUrl(to.url)}, after ${count(redirects, 'redirect')}` };
      asked = to;
    }
  }

  #arrived(
    { segment, rendition }: { readonly segment: number; readonly rendition: number },
    came: { readonly size: number; readonly time: number; readonly timeToFirstBit: number },
  ): void {
    const viewer = this.#viewer as Viewer;
    const servers = this.#servers as Servers;
    const now = this.#host.now();
    // Before and after: what is drawn between two segments is what was played.
    viewer.advance(now);
    this.#measure('buffer', viewer.playout.level);
    viewer.arrived(now, { segment, rendition, ...came });
    this.#measure('buffer', viewer.playout.level);
    servers.measured(now, came.size / Math.max(came.time, 1e-6));
    this.#measure('estimated throughput', (viewer.estimate.throughput ?? 0) * 1000);
    this.#measureShown();
    if (came.time > SERVER_RULES.tooLong * viewer.movie.segmentDuration && servers.congested(now)) this.#moved('is slow');
    this.#changed.ring();
  }

  #measureShown(): void {
    const { shown, playout } = this.#viewer as Viewer;
    if (shown.segments === 0) return;
    this.#measure('mean bitrate', shown.meanBitrate * 1000);
    this.#measure('time-weighted bitrate', shown.overTime((this.#host.now() - this.#began) / MILLISECOND) * 1000);
    this.#measure('rendition switches', shown.switches);
    this.#measure(
      'quality of experience',
      shown.quality(playout.spent('stalled') / MILLISECOND, playout.spent('starting') / MILLISECOND) * 1000,
    );
  }

  #giveUp({ segment, rendition }: { readonly segment: number; readonly rendition: number }, to: number): void {
    this.#measure('abandoned segments', ++this.#abandoned);
    this.#host.narrator.note(`gives segment ${segment + 1} up at ${this.#rate(rendition)}, asks for it at ${this.#rate(to)}`);
  }

  /** The server in use is another one now. */
  #moved(why: string, before?: Server): void {
    const servers = this.#servers as Servers;
    (this.#viewer as Viewer).reckonWith(servers.current.estimate);
    this.#measure('server switches', servers.switches);
    const from = before ? `${hostOf(before)} ${why}; ` : `server ${why}; `;
    this.#host.narrator.note(`${from}turns to ${hostOf(servers.current)}`);
  }

  #tell(rendition: number, server: Server): void {
    const rate = this.#rate(rendition);
    this.#measure('bitrate', ((this.#film as PlayableFilm).movie.bitrates[rendition] as number) * 1000);
    const text = `${rate} from ${hostOf(server)}`;
    if (text === this.#told) return;
    this.#told = text;
    this.#host.narrator.state(STORE, this.#action.film, text, { note: `asks for ${text}` });
  }

  #rate(rendition: number): string {
    return formatRate(((this.#film as PlayableFilm).movie.bitrates[rendition] as number) * 1000);
  }

  #measure(metric: string, value: number): void {
    this.#host.narrator.measure(metric, [this.#host.name], value);
  }

  #outcome(problem: string | null): StepOutcome {
    const viewer = this.#viewer as Viewer;
    viewer.playout.stop(this.#host.now());
    viewer.advance(this.#host.now());
    this.#measureShown();
    if (problem !== null) return { outcome: problem, succeeded: false };
    const { shown, playout } = viewer;
    const { stalls } = playout;
    const stalled = stalls.length === 0 ? 'no stall' : `${count(stalls.length, 'stall')} (${formatDuration(playout.spent('stalled'))})`;
    return {
      outcome: `played at ${formatRate(shown.meanBitrate * 1000)} on average, ${count(shown.switches, 'switch', 'switches')}, ${stalled}`,
      succeeded: true,
    };
  }
}

/**
 * The bases of each server, by rendition: the first of each rendition belong together, then the second of each. A rendition with fewer
 * than another has them in turn. Two that come to the same are one.
 */
function serversOf({ representations }: PlayableFilm, manifest: Url): string[][] {
  const most = Math.max(...representations.map(({ bases }) => bases.length));
  const servers = new Map<string, string[]>();
  for (let i = 0; i < most; i++) {
    const resolved = representations.flatMap(({ bases }) => {
      const absolute = resolveReference(manifest, bases[i % bases.length] as string);
      return absolute ? [encodeUrl(absolute)] : [];
    });
    if (resolved.length === representations.length) servers.set(resolved.join('\n'), servers.get(resolved.join('\n')) ?? resolved);
  }
  return [...servers.values()];
}

function hostOf({ bases: [base = ''] }: Server): string {
  return decodeUrl(base)?.host ?? base;
}

/** Video, as the engines know it: clips that are coded, streams of stored films, and what viewers do. */
import { formatDuration } from '../format.ts';
import type { Process } from '../kernel/process.ts';
import { randomStream } from '../kernel/random.ts';
import type { Connection, Host } from '../network/host.ts';
import { seenAddresses } from '../network/middleboxes/seen-address.ts';
import { onHost } from '../on-host.ts';
import type { Installed, Protocol, StepOutcome, World } from '../protocol.ts';
import { type Nanoseconds, SECOND } from '../quantities.ts';
import type { Action } from '../scenario.ts';
import { encode } from './coding/encoding-step.ts';
import { videoMetrics } from './metrics.ts';
import { type PlaybackRegistry, playbackIn } from './playback-controls.ts';
import { PlaybackTelling } from './playback-telling.ts';
import { watch } from './streaming/client.ts';
import { filmOf } from './streaming/film.ts';
import type { StreamAction, ViewerAction } from './streaming/scenario.ts';
import { Screen } from './streaming/screen.ts';
import { type Offer, type SendingObserver, serveStreams } from './streaming/server.ts';

export const video: Protocol = {
  name: 'video',
  metrics: videoMetrics,
  install,
};

/** A film on a server, for one of the steps. */
interface Stored extends Offer {
  readonly path: string;
}

function install(world: World): Installed {
  const streams = world.scenario.steps.flatMap(({ action }) => (action.kind === 'video.stream' ? [action] : []));
  const stored = storedFilms(streams, world.scenario.seed);
  const ledger = new SendingLedger();
  for (const server of new Set(streams.map((stream) => stream.server))) {
    const mine = streams.filter((stream) => stream.server === server).map((stream) => stored.get(stream) as Stored);
    const offers = new Map(mine.map((one) => [one.path, one]));
    world.boot(server, 'streaming server', function* (host): Process {
      const failure = yield* serveStreams(host, { offers, observer: ledger });
      if (failure) host.narrator.note(`no streaming server: port 554 is ${failure.failure}`);
    });
  }
  const playing = playbackIn(world);
  return {
    perform(action) {
      if (action.kind === 'video.encode') return onHost(world.host(action.host), (host) => encode(host, action));
      if (action.kind === 'video.stream') return stream(world, action, stored.get(action) as Stored, ledger, playing);
      return isViewerAction(action) ? onHost(world.host(action.host), (host) => act(host, action, playing)) : undefined;
    },
  };
}

function isViewerAction(action: Action): action is ViewerAction {
  return action.kind === 'video.pause' || action.kind === 'video.resume' || action.kind === 'video.seek' || action.kind === 'video.speed';
}

/** Films that are the same, and are sent at the same rate, lie under one name; coded otherwise, they have a number behind it. */
function storedFilms(streams: readonly StreamAction[], seed: number): ReadonlyMap<StreamAction, Stored> {
  const films = new Map<string, Stored>();
  const names = new Map<string, number>();
  const stored = new Map<StreamAction, Stored>();
  for (const action of streams) {
    const key = JSON.stringify([action.server, action.film, action.sendingRate]);
    let film = films.get(key);
    if (!film) {
      const made = filmOf(action.film, randomStream(seed, `film ${key}`).uint32());
      const name = made.name.toLowerCase();
      const before = names.get(name) ?? 0;
      names.set(name, before + 1);
      const rate = action.sendingRate ?? (made.bytes * 8 * SECOND) / made.length;
      film = { film: made, rate, path: before === 0 ? name : `${name}-${before + 1}` };
      films.set(key, film);
    }
    stored.set(action, film);
  }
  return stored;
}

/** Knows for whom a server sends: the viewer enters itself under the row of its connection. Outside of the wire. */
class SendingLedger implements SendingObserver {
  readonly #viewers = new Map<number, { readonly client: Host; frames: number }>();

  enter(connection: Connection, client: Host): void {
    this.#viewers.set(connection.number, { client, frames: 0 });
  }

  sent(connection: Connection): void {
    const viewer = this.#viewers.get(connection.number);
    if (viewer) viewer.client.narrator.measure('video sent', [viewer.client.name], ++viewer.frames);
  }
}

function stream(
  world: World,
  action: StreamAction,
  { film, path }: Stored,
  ledger: SendingLedger,
  playing: PlaybackRegistry,
): Process<StepOutcome> {
  const address = seenAddresses(world.scenario)(action.server, action.client) ?? world.host(action.server).address;
  return onHost(world.host(action.client), (host) =>
    playing.show(host.name, film.name, () =>
      watch(
        {
          host,
          address,
          url: `rtsp://${action.server}/${path}`,
          telling: new PlaybackTelling(host.name, film.name, host.narrator),
          screen: film.clip && new Screen(film.clip),
          connected: (connection) => ledger.enter(connection, host),
          begun: (controls) => playing.enter(host.name, controls),
        },
        action,
      ),
    ),
  );
}

/** What a viewer does to the film that plays on its host. */
function* act(host: Host, action: ViewerAction, playing: PlaybackRegistry): Process<StepOutcome> {
  const controls = playing.at(host.name);
  if (!controls) return { outcome: `${host.name} plays nothing`, succeeded: false };
  switch (action.kind) {
    case 'video.pause':
      controls.pause();
      if (action.time === null) return done('paused');
      yield* host.sleep(action.time);
      // Something else may play by now, or nothing.
      if (playing.at(host.name) === controls) controls.resume();
      return done(`paused for ${formatDuration(action.time)}`);
    case 'video.resume':
      controls.resume();
      return done('goes on');
    case 'video.seek':
      controls.seek(action.position);
      return done(reached(action.position, controls.length));
    case 'video.speed':
      controls.setSpeed(action.speed);
      return done(`at ${action.speed} times the speed`);
  }
}

function reached(position: Nanoseconds, length: Nanoseconds | null): string {
  const told = formatDuration(position);
  if (length === null) return `to ${told}, once the film is there`;
  return position < length ? `at ${told}` : `at its end, ${formatDuration(length)}`;
}

const done = (outcome: string): StepOutcome => ({ outcome, succeeded: true });

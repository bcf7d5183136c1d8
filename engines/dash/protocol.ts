/** Adaptive streaming, as the engines know it: hosts that play films over HTTP, and sessions in the idealised network. */
import { HttpClient } from '../http/client.ts';
import { reachingOf } from '../http/reaching.ts';
import { onHost } from '../on-host.ts';
import type { Installed, Protocol, World } from '../protocol.ts';
import { playbackIn } from '../video/playback-controls.ts';
import { dashMetrics } from './metrics.ts';
import { Player } from './player.ts';
import { rehearse } from './rehearsal.ts';

export const dash: Protocol = {
  name: 'dash',
  metrics: dashMetrics,
  install,
};

function install(world: World): Installed {
  const reaching = reachingOf(world);
  const playback = playbackIn(world);
  return {
    perform(action) {
      switch (action.kind) {
        case 'dash.play':
          return onHost(world.host(action.host), (host) => {
            const client = new HttpClient(host, { ...reaching(host.name), connections: 2 });
            return playback.show(host.name, action.film, () => {
              const player = new Player(host, client, action);
              playback.enter(host.name, player);
              return player.play();
            });
          });
        case 'dash.rehearse':
          return onHost(world.host(action.host), (host) => playback.show(host.name, action.film.name, () => rehearse(host, action)));
        default:
          return undefined;
      }
    },
  };
}

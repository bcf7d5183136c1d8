/** Adaptive streaming, as the engines know it: hosts that play films over HTTP, and sessions in the idealised network. */
import { HttpClient } from '../http/client.ts';
import { reachingOf } from '../http/reaching.ts';
import type { Process } from '../kernel/process.ts';
import { onHost } from '../on-host.ts';
import type { Installed, Protocol, StepOutcome, World } from '../protocol.ts';
import { playbackIn } from '../video/playback-controls.ts';
import { dashMetrics } from './metrics.ts';
import { Player } from './player.ts';
import { rehearse } from './rehearsal.ts';
import type { PlayAction } from './scenario.ts';

export const dash: Protocol = {
  name: 'dash',
  metrics: dashMetrics,
  install,
};

function install(world: World): Installed {
  const reaching = reachingOf(world);
  return {
    perform(action) {
      switch (action.kind) {
        case 'dash.play':
          return onHost(world.host(action.host), (host) => {
            const client = new HttpClient(host, { ...reaching(host.name), connections: 2 });
            return playing(world, new Player(host, client, action), action);
          });
        case 'dash.rehearse':
          return onHost(world.host(action.host), (host) => rehearse(host, action));
        default:
          return undefined;
      }
    },
  };
}

/** As long as it plays, whoever sits in front of it finds its controls. */
function* playing(world: World, player: Player, { host }: PlayAction): Process<StepOutcome> {
  const playback = playbackIn(world);
  playback.enter(host, player);
  try {
    return yield* player.play();
  } finally {
    playback.leave(host, player);
  }
}

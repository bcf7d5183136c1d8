/** The step in which a crowd watches films of a CDN (audience.ts), told as the metrics that messages give, too. */
import { formatCount, formatRate, formatValue } from '../../format.ts';
import type { Process } from '../../kernel/process.ts';
import type { StepOutcome, World } from '../../protocol.ts';
import { MILLISECOND } from '../../quantities.ts';
import type { LatencyMap } from '../latency-map.ts';
import type { CdnLedger } from '../ledger.ts';
import { upRates } from '../line-rates.ts';
import type { CdnService, WatchingCrowdAction } from '../scenario.ts';
import { Audience, stallRatio } from './audience.ts';
import { advanceTo, CrowdTelling, SLICE } from './crowd.ts';

/** Response times that are told, about: percentiles of more are the same. */
const TOLD = 10_000;

/** `isUp`: whether a node is there now. Looks at the nodes as often as the CDN's health checks do. */
export function* performWatching(
  world: World,
  service: CdnService,
  ledger: CdnLedger,
  map: LatencyMap,
  isUp: (node: string) => boolean,
  action: WatchingCrowdAction,
): Process<StepOutcome> {
  const { viewers, films, titles, alpha, settings, down, latency, arriving, duration } = action;
  const host = world.host(service.host);
  const { narrator } = host;
  const upOf = upRates(world.scenario);
  const segment = Math.min(...films.map(({ movie }) => movie.segmentDuration)) * MILLISECOND;
  const each = Math.max(1, Math.ceil((viewers * duration) / segment / TOLD));
  let delivered = 0;
  const audience = new Audience(
    {
      service,
      viewers,
      films,
      titles,
      alpha,
      settings: { ...settings, buffer: settings.buffer / MILLISECOND },
      down,
      lineLatency: latency,
      arriving,
      latency: (from, to) => map.between(from, to),
      up: upOf,
      originUp: upOf(service.origin.host),
      toOrigin: (node) => map.between(node, service.origin.host),
      random: (purpose) => host.random(purpose),
      delivered: (time) => {
        if (delivered++ % each === 0) narrator.measure('cdn response time', [service.name], time);
      },
    },
    host.now(),
  );
  const counts = new CrowdTelling(narrator, service, ledger, audience.nodes);
  let seen = audience.watched(host.now());
  const end = host.now() + duration;
  while (host.now() < end) {
    const next = Math.min(end, host.now() + service.healthCheck);
    yield* advanceTo(host, next, (SLICE * segment) / viewers, (time) =>
      audience.advance(time, (node) => isUp(service.nodes[node] as string)),
    );
    audience.nodes.look(next);
    counts.tell();
    const watched = audience.watched(next);
    ledger.watched(narrator, {
      playing: watched.playing - seen.playing,
      stalled: watched.stalled - seen.stalled,
      segments: watched.segments - seen.segments,
      bitrate: watched.bitrate - seen.bitrate,
    });
    seen = watched;
  }
  counts.end();
  const watched = audience.watched(end);
  const stalled = stallRatio(watched);
  const bitrate = watched.segments === 0 ? 0 : (watched.bitrate / watched.segments) * 1000;
  const told = Number.isNaN(stalled) ? '' : `, ${formatRate(bitrate)} on average, ${formatValue(stalled, 'ratio')} stalls`;
  return {
    outcome: `${formatCount(watched.films)} films, ${formatCount(audience.nodes.totals.requests)} segments${told}`,
    succeeded: true,
  };
}

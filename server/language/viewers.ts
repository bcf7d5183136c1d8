/** Who plays a film, for whatever is said of a viewer: what is measured of it, and what it does with the remote control. */
import { dashMetrics } from '../../engines/dash/metrics.ts';
import { formatDuration } from '../../engines/format.ts';
import { playbackMetrics } from '../../engines/video/playback-metrics.ts';
import { streamingMetrics } from '../../engines/video/streaming/metrics.ts';
import type { Name } from './entry.ts';
import type { Program } from './program.ts';
import type { Site } from './site.ts';
import { oneOf } from './spelling.ts';

const ofViewers: ReadonlySet<string> = new Set([...playbackMetrics, ...dashMetrics, ...streamingMetrics].map(({ name }) => name));

/** How long the films last that each host plays, by its name. All steps are known. Worked out once for all who ask while no step is added. */
function viewersOf(program: Program): ReadonlyMap<string, readonly number[]> {
  const { steps, films } = program;
  program.judgements++;
  if (program.viewers?.steps === steps.length) return program.viewers.films;
  const viewers = new Map<string, number[]>();
  program.viewers = { steps: steps.length, films: viewers };
  const enter = (host: string, duration: number): void => {
    viewers.set(host, [...(viewers.get(host) ?? []), duration]);
  };
  for (const { action } of steps) {
    if (action.kind === 'dash.play') enter(action.host, films.get(action.film.toLowerCase())?.duration ?? Number.POSITIVE_INFINITY);
    else if (action.kind === 'dash.rehearse') enter(action.host, action.film.duration);
    else if (action.kind === 'video.stream') {
      const { film } = action;
      enter(action.client, film.kind === 'clip' ? film.clip.duration : film.duration);
    }
  }
  return viewers;
}

/** Warns where a metric of viewers is asked of a host that plays nothing. All steps are known. */
export function checkViewer(metric: string, host: string, name: Name, site: Site): void {
  if (ofViewers.has(metric)) reportIdle(host, name, site);
}

/** Warns where a host that plays nothing gets the remote control, or one that plays is sent to a place that no film of its has. */
export function checkRemoteControl(names: readonly Name[], position: number | null, site: Site): void {
  site.program.afterSteps.push(() => {
    for (const name of names) {
      const host = site.program.hosts.get(name.text.toLowerCase())?.name;
      if (host === undefined || reportIdle(host, name, site) || position === null) continue;
      const longest = Math.max(...(viewersOf(site.program).get(host) ?? []));
      if (position < longest) continue;
      site.report('out-of-range', site.slot('POSITION'), `What \`${host}\` plays lasts ${formatDuration(longest)}.`);
      return;
    }
  });
}

function reportIdle(host: string, name: Name, site: Site): boolean {
  const { program } = site;
  const viewers = viewersOf(program);
  // A step that plays may stand in what is broken.
  if (viewers.has(host) || program.incomplete || program.hasErrors()) return false;
  const others = [...viewers.keys()].slice(0, 4).map((other) => `\`${other}\``);
  const known = others.length === 0 ? 'no host does' : `${oneOf(others, 'and')} ${others.length === 1 ? 'does' : 'do'}`;
  site.report('plays-nothing', name, `\`${host}\` plays nothing: ${known}.`);
  return true;
}

/**
 * Users behind a host, who ask for a catalogue's objects at random times. Each request is a user of its own: it looks the name up,
 * opens a connection, asks, and reads. One that fails is tried again after a while, with another lookup: by then another node may be
 * handed out.
 */
import { count, formatDuration, formatValue } from '../format.ts';
import { type ClientOptions, HttpClient } from '../http/client.ts';
import { requestFailed } from '../http/connection.ts';
import { type Process, race, resultOf, start, type Task } from '../kernel/process.ts';
import type { Host } from '../network/host.ts';
import type { StepOutcome } from '../protocol.ts';
import { type Bytes, type Nanoseconds, SECOND } from '../quantities.ts';
import type { CdnCatalogue } from './catalogue.ts';
import type { CdnLedger } from './ledger.ts';
import { RequestProcess } from './request-process.ts';
import type { CdnService, KeepRequestingAction } from './scenario.ts';

/** How long a connection may take, and how long nothing may come. */
const CONNECT: Nanoseconds = 5 * SECOND;
const SILENCE: Nanoseconds = 10 * SECOND;
/** Attempts of a user, and the pause between two. */
const ATTEMPTS = 5;
const PAUSE: Nanoseconds = 5 * SECOND;

interface Tally {
  requests: number;
  answered: number;
  time: Nanoseconds;
}

export interface UsersSetUp {
  readonly service: CdnService;
  readonly catalogue: CdnCatalogue;
  readonly ledger: CdnLedger;
  /** How the host reaches the web. */
  readonly reaching: ClientOptions;
}

/** Done when the last request that came up in that time has its end. */
export function* keepRequesting(host: Host, setUp: UsersSetUp, action: KeepRequestingAction): Process<StepOutcome> {
  const { catalogue } = setUp;
  const began = host.now();
  const { crowd } = action;
  const process = new RequestProcess(
    catalogue.popularity,
    action.rate,
    crowd && {
      object: catalogue.numberOf(crowd.path) as number,
      from: began + crowd.after,
      until: began + crowd.after + crowd.duration,
      rate: crowd.rate,
    },
    began,
    { arrivals: host.random('cdn arrivals'), choices: host.random('cdn objects') },
  );
  const end = began + action.duration;
  const tally: Tally = { requests: 0, answered: 0, time: 0 };
  const tasks: Task[] = [];
  for (; process.at < end; process.advance()) {
    yield* host.sleep(process.at - host.now());
    const path = catalogue.paths[process.object] as string;
    // On no host: a crash must not leave the step waiting for ever.
    tasks.push(start('request', user(host, setUp, action.site, path, tally)) as Task);
  }
  for (const task of tasks) yield* resultOf(task);
  if (tally.requests === 0) return { outcome: 'no request came up in that time', succeeded: true };
  const { requests, answered, time } = tally;
  const mean = answered === 0 ? '' : `, ${formatDuration(Math.round(time / answered))} on average`;
  return {
    outcome: `${count(requests, 'request')}, ${formatValue(answered / requests, 'ratio')} answered${mean}`,
    succeeded: answered === requests,
  };
}

function* user(host: Host, setUp: UsersSetUp, site: string, path: string, tally: Tally): Process {
  const { ledger, service } = setUp;
  const began = host.now();
  tally.requests++;
  let failure = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (attempt > 1) yield* host.sleep(PAUSE);
    const got = yield* fetchObject(host, setUp.reaching, site, path);
    if (typeof got === 'number') {
      const time = host.now() - began;
      tally.answered++;
      tally.time += time;
      if (site === service.origin.site) ledger.pastNodes(host.narrator, got);
      ledger.delivered(host.narrator, time);
      return;
    }
    failure = got;
  }
  host.narrator.note(`gives ${path} up: ${failure}`);
  ledger.failed(host.narrator);
}

/** Bytes of the object that came; or why it did not. */
function* fetchObject(host: Host, reaching: ClientOptions, site: string, path: string): Process<Bytes | string> {
  const client = new HttpClient(host, {
    ...reaching,
    persistent: false,
    connect: (from, remote) => from.connect(remote, { timeout: CONNECT }),
  });
  const url = { scheme: 'http' as const, host: site, port: 80, path };
  // A lookup that is lost on the way is asked again, and connections have their own limit: what is left is a server that says nothing.
  const asked = yield* race(client.request({ method: 'GET', url, fields: [] }), host.sleep(CONNECT + 2 * SILENCE));
  if (asked.winner === 'second') return 'no answer';
  const response = asked.value;
  if (requestFailed(response)) return response.failure;
  const { body, status } = response;
  let bytes = 0;
  for (;;) {
    const arrived = yield* race(body.read(), host.sleep(SILENCE));
    if (arrived.winner === 'second') {
      body.abandon('nothing comes any more');
      return 'nothing comes any more';
    }
    if (arrived.value === null) break;
    bytes += arrived.value.length;
  }
  if (body.problem !== null) return body.problem;
  return status === 200 ? bytes : `status ${status}`;
}

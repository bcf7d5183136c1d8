/**
 * Off-path cache poisoning as a race (RFC 5452 §2, §7).
 *
 * Theory of operation. The attacker is a client of the resolver like any other, and sees none of its queries. It first takes the
 * time of questions that the resolver must ask on and of ones that it has cached: the difference is its window. Then it asks the
 * resolver, and until its answer comes back it floods forged ones that claim to come from the zone's servers. One of them is
 * believed if its guess is right and it is there before the real one; the attacker sees that by the answer it gets itself.
 *
 * Having lost, `classic` has to wait: the resolver has cached the real answer for its TTL. `kaminsky` asks for another random
 * sibling at once; what its answers bring along is a name server for the whole zone, the attacker's own (rogue-zone.ts).
 *
 * Which IDs and ports there are it knows. Where the IDs follow one another, or the port stays the same, it finds out what they are:
 * it lets the resolver ask for a name in a zone that it serves itself, and reads its own log.
 */
import { count } from '../../format.ts';
import type { Process, Task } from '../../kernel/process.ts';
import type { Address, Host } from '../../network/host.ts';
import type { StepOutcome, World } from '../../protocol.ts';
import { type Nanoseconds, SECOND } from '../../quantities.ts';
import { displayName, isSubdomain, ROOT } from '../domain-name.ts';
import { presentation } from '../presentation.ts';
import type { RecordData, ResourceRecord } from '../records.ts';
import { openQuery } from '../resolver/exchange.ts';
import type { DomainName, QuerySettings } from '../scenario.ts';
import type { LoggedQuery, ServerSettings } from '../server/name-server.ts';
import { type Message, query, response } from '../wire/message.ts';
import { type ForgedAnswers, forgeAnswers } from './forged-answers.ts';
import { combinations, oddsOfAttempt, oddsOfAttempts, oddsText, type Unknowns } from './odds.ts';
import { randomName } from './random-name.ts';
import { FORGED_TTL, takeover } from './rogue-zone.ts';
import type { PoisonAction } from './scenario.ts';
import { queriesOf, type Target, targetOf } from './target.ts';

/** For the resolver's answer. */
const PATIENCE: Nanoseconds = 5 * SECOND;
/** After an answer without a TTL, or none: longer than a resolver remembers a failure (RFC 9520 §3.2 in our cache: 5 s). */
const PAUSE: Nanoseconds = 6 * SECOND;

/** Answers forged so far, by host: for the metric. */
const forgedBy = new WeakMap<Host, number>();
/** Attempts and successes so far, by host. */
const recordOf = new WeakMap<Host, { attempts: number; successes: number }>();

/** `servers`: the name servers by host. */
export function* poison(world: World, servers: ReadonlyMap<string, ServerSettings>, action: PoisonAction): Process<StepOutcome> {
  const host = world.host(action.host);
  const resolver = world.host(action.resolver).address;
  const target = targetOf(world.scenario, action.name, action.resolver);
  if (target.servers.length === 0) return { outcome: `no zone holds ${displayName(action.name)}`, succeeded: false };
  const queries = queriesOf(world.scenario, action.resolver);
  const attacker: Attacker = { host, resolver, target, queries, log: servers.get(action.host), action };
  const bogus = (): number => servers.get(action.resolver)?.counts.bogus ?? 0;

  const window = yield* measureWindow(attacker);
  const unknowns: Unknowns = { servers: target.servers.length, ports: queries.ports, ids: queries.ids };
  let odds = window === null ? null : oddsOfAttempt(unknowns, action.rate, window);
  let forgedHere = 0;
  /** Attempts in which a forged answer matched, and validation refused it. */
  let refused = 0;
  for (let attempt = 1; attempt <= action.attempts; attempt++) {
    const seen = yield* observe(attacker);
    const forgery = forgeryFor(attacker, unknowns, seen, attempt);
    // Odds are for guesses; what follows in order is known.
    if (window !== null) odds = forgery.known ? 1 : oddsOfAttempt(forgery.unknowns, action.rate, window);
    const before = forgedBy.get(host) ?? 0;
    const bogusBefore = bogus();
    const answer = yield* race(attacker, forgery);
    forgedHere += (forgedBy.get(host) ?? 0) - before;
    const poisoned = answer?.answers.some((record) => record.data.type === action.data.type && same(record.data, action.data)) ?? false;
    if (bogus() > bogusBefore) refused++;
    tell(host, poisoned);
    if (poisoned) {
      host.narrator.note(`has poisoned ${action.resolver} at attempt ${attempt}`);
      return { outcome: `poisoned at attempt ${attempt}: ${account(forgedHere, refused, odds, attempt)}`, succeeded: true };
    }
    if (attempt < action.attempts && action.method === 'classic') yield* host.sleep(expiry(answer));
  }
  const attempts = count(action.attempts, 'attempt');
  return { outcome: `not poisoned in ${attempts}: ${account(forgedHere, refused, odds, action.attempts)}`, succeeded: false };
}

interface Attacker {
  readonly host: Host;
  readonly resolver: Address;
  readonly target: Target;
  readonly queries: QuerySettings;
  /** Of its own name server, if it has one. */
  readonly log: ServerSettings | undefined;
  readonly action: PoisonAction;
}

/** How long the real answer takes from the zone to the resolver; null where that cannot be told. */
function* measureWindow(attacker: Attacker): Process<Nanoseconds | null> {
  // The first question brings the resolver down to the zone; from then on it asks the zone's servers alone.
  yield* ask(attacker, randomName(attacker.host, attacker.target.origin), 'A');
  const name = randomName(attacker.host, attacker.target.origin);
  const times: Nanoseconds[] = [];
  for (let turn = 0; turn < 2; turn++) {
    const began = attacker.host.now();
    if (!(yield* ask(attacker, name, 'A'))) return null;
    times.push(attacker.host.now() - began);
  }
  return Math.max(0, (times[0] as number) - (times[1] as number));
}

/** The resolver's last two queries as the attacker's own name server saw them; null where it serves no zone of its own. */
function* observe(attacker: Attacker): Process<readonly [LoggedQuery, LoggedQuery] | null> {
  const { log, target, queries } = attacker;
  const own = log?.zones.find(
    ({ origin }) => origin !== ROOT && !isSubdomain(origin, target.origin) && !isSubdomain(target.origin, origin),
  );
  if (!log || !own || (queries.order === 'random' && queries.ports > 1)) return null;
  const seen: LoggedQuery[] = [];
  for (let turn = 0; turn < 2; turn++) {
    const name = randomName(attacker.host, own.origin);
    yield* ask(attacker, name, 'A');
    const last = log.lastQuery;
    if (!last || last.name.toLowerCase() !== name.toLowerCase() || last.from.address !== attacker.resolver) return null;
    seen.push(last);
  }
  return seen as unknown as readonly [LoggedQuery, LoggedQuery];
}

function forgeryFor(attacker: Attacker, all: Unknowns, seen: readonly [LoggedQuery, LoggedQuery] | null, attempt: number): ForgedAnswers {
  const { host, resolver, target, queries, action } = attacker;
  const name = action.method === 'classic' ? action.name : randomName(host, target.origin);
  const port = seen && seen[0].from.port === seen[1].from.port ? seen[1].from.port : -1;
  const unknowns = port < 0 ? all : { ...all, ports: 1 };
  const follows = seen !== null && seen[1].id === (seen[0].id + 1) % queries.ids;
  if (attempt === 1 && follows) host.narrator.note('sees that the resolver’s IDs follow one another');
  return {
    resolver,
    servers: target.servers,
    port,
    unknowns,
    known: follows && port >= 0 && target.servers.length === 1,
    first: follows ? (seen[1].id + 1) % queries.ids : Math.floor(host.random('dns guesses').float() * combinations(unknowns)),
    rate: action.rate,
    message: forgedAnswer(attacker, name),
  };
}

/** What a name server of the zone would answer, but for its data. */
function forgedAnswer({ host, target, action }: Attacker, name: DomainName): Message {
  const answer: ResourceRecord = { name, ttl: FORGED_TTL, data: action.data };
  const { server, glue } = takeover(target.origin, host.address);
  return response(query(0, { name, type: action.data.type }, false), 'NOERROR', {
    authoritative: true,
    answers: [answer],
    ...(action.method === 'classic' ? {} : { authorities: [server], additionals: [glue] }),
  });
}

/** Asks the resolver and floods forged answers until it has answered; its answer, or undefined. */
function* race(attacker: Attacker, forgery: ForgedAnswers): Process<Message | undefined> {
  const { host } = attacker;
  const { name, type } = forgery.message.questions[0] as { name: DomainName; type: string };
  let forged = forgedBy.get(host) ?? 0;
  const flood = (): Task =>
    host.spawn(
      'forge answers',
      forgeAnswers(host, forgery, () => {
        forged++;
      }),
    );
  const answer = yield* ask(attacker, name, type, flood);
  forgedBy.set(host, forged);
  host.narrator.measure('forged answers', [host.name], forged);
  return answer;
}

/** Asks the resolver as its clients do; undefined where no answer comes. What `meanwhile` starts, once the query is out, ends with the answer. */
function* ask({ host, resolver }: Attacker, name: DomainName, type: string, meanwhile?: () => Task): Process<Message | undefined> {
  const outstanding = yield* openQuery(host, { name, type }, true);
  if (!outstanding) return undefined;
  outstanding.send(resolver);
  const task = meanwhile?.();
  try {
    const reply = yield* outstanding.reply(PATIENCE);
    return reply.kind === 'response' ? reply.message : undefined;
  } finally {
    task?.stop();
    outstanding.close();
  }
}

/** How long the resolver keeps what it answered; TTLs are told in whole seconds, rounded down. */
function expiry(answer: Message | undefined): Nanoseconds {
  const records = answer ? [...answer.answers, ...answer.authorities] : [];
  const ttl = records.reduce((least, record) => Math.min(least, record.ttl), Infinity);
  return Number.isFinite(ttl) ? (ttl + 1) * SECOND : PAUSE;
}

function same(a: RecordData, b: RecordData): boolean {
  return presentation(a).toLowerCase() === presentation(b).toLowerCase();
}

function tell(host: Host, poisoned: boolean): void {
  const record = recordOf.get(host) ?? { attempts: 0, successes: 0 };
  record.attempts++;
  if (poisoned) record.successes++;
  recordOf.set(host, record);
  host.narrator.measure('poisoning success', [host.name], record.successes / record.attempts);
}

function account(forged: number, refused: number, odds: number | null, attempts: number): string {
  const matched = refused > 0 ? ` (one matched in ${count(refused, 'attempt')}, and was not believed: bogus)` : '';
  const answers = `${count(forged, 'forged answer')}${matched}`;
  if (odds === null) return answers;
  const each = `odds by RFC 5452: ${oddsText(odds)} an attempt`;
  return attempts === 1 ? `${answers}; ${each}` : `${answers}; ${each}, ${oddsText(oddsOfAttempts(odds, attempts))} in ${attempts}`;
}

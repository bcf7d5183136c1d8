/** Bitmessage, as the engines know it: the peers of one network, and the step that sends to one of them by way of all. */

import { concatBytes } from '@noble/hashes/utils.js';
import { count, formatValue } from '../format.ts';
import { type Process, race } from '../kernel/process.ts';
import { type RandomStream, randomStream } from '../kernel/random.ts';
import type { Host } from '../network/host.ts';
import { seenAddresses } from '../network/middleboxes/seen-address.ts';
import { resultOnHost } from '../on-host.ts';
import type { Installed, Protocol, StepOutcome, World } from '../protocol.ts';
import { EPOCH, type Nanoseconds, SECOND } from '../quantities.ts';
import { FloodLedger } from './flood-ledger.ts';
import { generateIdentity, type Identity, STREAM } from './identity.ts';
import { hashOf, type ObjectHash } from './inventory.ts';
import { bitmessageMetrics } from './metrics.ts';
import { Peer } from './peer.ts';
import { findNonce } from './proof-of-work.ts';
import type { BitmessageAction, BitmessagePeerService } from './scenario.ts';
import { sealMessage } from './sealed-message.ts';
import { encodeObjectHeader, OBJECT_TYPES } from './wire/messages.ts';

export const bitmessage: Protocol = {
  name: 'bitmessage',
  metrics: bitmessageMetrics,
  install,
};

interface Network {
  readonly services: readonly BitmessagePeerService[];
  readonly identityOf: (host: string) => Identity;
  /** The peers on hosts that are up. */
  readonly running: ReadonlyMap<string, Peer>;
  readonly ledger: FloodLedger;
}

function install(world: World): Installed {
  const { scenario } = world;
  const services = scenario.services.filter((one): one is BitmessagePeerService => one.kind === 'bitmessage.peer');
  const ledger = new FloodLedger();
  /** Made when first needed: keys take time. */
  const identities = new Map<string, Identity>();
  const identityOf = (host: string): Identity => {
    const identity = identities.get(host) ?? generateIdentity(randomStream(scenario.seed, `bitmessage identity of ${host}`));
    identities.set(host, identity);
    return identity;
  };
  const running = new Map<string, Peer>();
  const neighbours = neighboursOf(services, randomStream(scenario.seed, 'bitmessage neighbours'));
  const seen = seenAddresses(scenario);
  for (const { host: name, work } of services) {
    const addresses = (neighbours.get(name) ?? []).map((other) => seen(other, name) ?? world.host(other).address);
    world.boot(name, 'bitmessage', function* (host): Process {
      const peer = new Peer(host, { work, neighbours: addresses }, identityOf(name), ledger);
      running.set(name, peer);
      try {
        yield* peer.run();
      } finally {
        if (running.get(name) === peer) running.delete(name);
      }
    });
  }
  return {
    perform(action) {
      if (action.kind !== 'bitmessage.send') return undefined;
      return send(world, action, { services, identityOf, running, ledger });
    },
  };
}

/** Each connects to one that stands before it, so that all hang together, and to others drawn at random up to its number of connections. */
function neighboursOf(services: readonly BitmessagePeerService[], random: RandomStream): ReadonlyMap<string, readonly string[]> {
  const chosen = new Map<string, string[]>();
  services.forEach(({ host, connections }, i) => {
    const mine = i === 0 ? [] : [(services[random.below(i)] as BitmessagePeerService).host];
    const others = services
      .map((one) => one.host)
      .filter((other) => other !== host && !mine.includes(other) && !chosen.get(other)?.includes(host));
    while (mine.length < connections && others.length > 0) mine.push(others.splice(random.below(others.length), 1)[0] as string);
    chosen.set(host, mine);
  });
  return chosen;
}

interface Sent {
  readonly hash: ObjectHash;
  readonly trials: number;
  /** Of virtual time. */
  readonly expiresAt: Nanoseconds;
}

/** Done when the recipient has opened it, or nobody keeps it any more. */
function* send(world: World, action: BitmessageAction, network: Network): Process<StepOutcome> {
  const sender = world.host(action.from);
  const startedAt = sender.now();
  const sent = yield* resultOnHost<Sent | string>(
    sender,
    () => work(sender, action, network, startedAt),
    (happened) => happened,
  );
  if (typeof sent === 'string') return { outcome: sent, succeeded: false };
  const { hash, trials, expiresAt } = sent;
  const first = yield* race(network.ledger.opening(hash), sender.sleep(Math.max(0, expiresAt - sender.now())));
  const worked = `after ${count(trials, 'trial')}`;
  if (first.winner === 'second') return { outcome: `sent ${worked}, and expired before ${action.to} got it`, succeeded: false };
  return { outcome: `opened by ${action.to} in ${formatValue(sender.now() - startedAt, 'ns')}, ${worked}`, succeeded: true };
}

/** Seals the message, works until it is worth sending, and hands it to the peer. What went wrong is a text. */
function* work(
  sender: Host,
  { to, text, lifetime }: BitmessageAction,
  { identityOf, running, ledger, services }: Network,
  startedAt: Nanoseconds,
): Process<Sent | string> {
  const service = services.find(({ host }) => host === sender.name) as BitmessagePeerService;
  const seconds = Math.round(lifetime / SECOND);
  const header = { expires: EPOCH + Math.floor(startedAt / SECOND) + seconds, type: OBJECT_TYPES.msg, version: 1, stream: STREAM };
  const encoded = encodeObjectHeader(header);
  const content = sealMessage(text, identityOf(sender.name), identityOf(to), encoded, service.work, sender.random('bitmessage sealing'));
  const { nonce, trials } = findNonce(concatBytes(encoded, content), seconds, service.work);
  sender.narrator.note(`looks for a proof of work: ${count(trials, 'trial')}`);
  yield* sender.sleep(Math.round((trials / service.speed) * SECOND));
  sender.narrator.measure('proof of work', [sender.name], trials);
  const bytes = concatBytes(nonce, encoded, content);
  const hash = hashOf(bytes);
  const peer = running.get(sender.name);
  if (!peer) return `no Bitmessage runs on ${sender.name}`;
  ledger.begin(hash, sender.name, to, startedAt);
  peer.publish({ command: 'object', ...header, nonce, content, bytes });
  return { hash, trials, expiresAt: (header.expires - EPOCH) * SECOND };
}

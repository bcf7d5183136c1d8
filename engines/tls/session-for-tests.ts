/** Two endpoints that talk to each other in memory, for tests: deterministic, with an authority that the client trusts. */
import { bytesOf, type Content } from '../content.ts';
import { type RandomStream, randomStream } from '../kernel/random.ts';
import type { MessageInfo } from '../network/host.ts';
import { EPOCH } from '../quantities.ts';
import {
  type CertificateAuthority,
  type CertificateOrder,
  type Credentials,
  certificateAuthority,
  issue,
} from './certificate/authority.ts';
import { ClientHandshake, type ClientSettings } from './client.ts';
import { TlsEndpoint, type TlsEvent } from './endpoint.ts';
import { ServerHandshake, type ServerSettings } from './server.ts';

export const NAME = 'server.example';
export const inner: MessageInfo = { protocol: 'test', kind: 'data', label: 'hello' };
export const randomForTests = (purpose: string): RandomStream => randomStream(7, purpose);

const authorities = new Map<string, CertificateAuthority>();
/** One for all tests: making one takes time. */
export function authorityForTests(): CertificateAuthority {
  let authority = authorities.get('root');
  if (!authority) {
    authority = certificateAuthority(randomForTests);
    authorities.set('root', authority);
  }
  return authority;
}

const issued = new Map<string, Credentials>();
export function credentialsForTests(order: Partial<CertificateOrder> = {}): Credentials {
  const key = JSON.stringify(order);
  let credentials = issued.get(key);
  if (!credentials) {
    credentials = issue(authorityForTests(), { names: [NAME], ...order });
    issued.set(key, credentials);
  }
  return credentials;
}

export function clientForTests(settings: Partial<ClientSettings> = {}, recordsPerKey?: number): TlsEndpoint {
  const trust = [authorityForTests().certificate];
  const handshake = new ClientHandshake({ serverName: NAME, trust, random: randomForTests('client'), now: () => EPOCH, ...settings });
  return new TlsEndpoint(handshake, recordsPerKey);
}

export function serverForTests(settings: Partial<ServerSettings> = {}, recordsPerKey?: number): TlsEndpoint {
  const handshake = new ServerHandshake({ credentials: credentialsForTests(), random: randomForTests('server'), ...settings });
  return new TlsEndpoint(handshake, recordsPerKey);
}

export type Side = 'client' | 'server';

export interface Pair {
  /** Everything that happened on each side, sends included. */
  readonly client: TlsEvent[];
  readonly server: TlsEvent[];
  /** Carries what events send to the other side, and what that sends back, until nobody has anything to say. */
  carry(from: Side, events: readonly TlsEvent[]): void;
}

/** `alter`: what becomes of content on its way; null drops it. */
export function pair(
  client: TlsEndpoint,
  server: TlsEndpoint,
  alter: (from: Side, content: Content, number: number) => Content | null = (_, content) => content,
): Pair {
  const happened = { client: [] as TlsEvent[], server: [] as TlsEvent[] };
  let number = 0;
  function carry(from: Side, events: readonly TlsEvent[]): void {
    happened[from].push(...events);
    const to = from === 'client' ? 'server' : 'client';
    for (const event of events) {
      if (event.kind !== 'send') continue;
      const content = alter(from, event.content, number++);
      if (content) carry(to, (to === 'client' ? client : server).receive(content));
    }
  }
  return { ...happened, carry };
}

/** A pair that has shaken hands, or failed to. */
export function handshaken(client = clientForTests(), server = serverForTests(), alter?: Parameters<typeof pair>[2]): Pair {
  const both = pair(client, server, alter);
  server.start();
  both.carry('client', client.start());
  return both;
}

/** What happened, in a word or two each: `sends TLS ClientHello`, `established`, `data 5`, `failed bad_record_mac by us`. */
export function told(events: readonly TlsEvent[]): string[] {
  return events.map((event) => {
    switch (event.kind) {
      case 'send':
        return `sends ${event.message.label}${event.message.inner ? `: ${event.message.inner.label}` : ''}`;
      case 'data':
        return `data ${event.content.length}`;
      case 'failed':
        return `failed ${event.failure.alert} by ${event.failure.by}`;
      default:
        return event.kind;
    }
  });
}

/** All bytes that one side got. */
export function received(events: readonly TlsEvent[]): Uint8Array {
  return Uint8Array.from(events.flatMap((event) => (event.kind === 'data' ? [...bytesOf(event.content)] : [])));
}

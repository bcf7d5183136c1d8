import { x25519 } from '@noble/curves/ed25519.js';
import { describe, expect, test } from 'vitest';
import { bytesOf, type Content } from '../content.ts';
import type { MessageInfo } from '../network/host.ts';
import { EPOCH } from '../quantities.ts';
import { type Credentials, certificateAuthority } from './certificate/authority.ts';
import type { ClientSettings } from './client.ts';
import type { TlsEndpoint, TlsEvent } from './endpoint.ts';
import { seal } from './record-protection.ts';
import type { ServerSettings } from './server.ts';
import {
  authorityForTests,
  clientForTests,
  credentialsForTests,
  handshaken,
  inner,
  NAME,
  randomForTests,
  received,
  type Side,
  serverForTests,
  told,
} from './session-for-tests.ts';
import { encodeAlert } from './wire/alert.ts';
import type { Extension } from './wire/extensions.ts';
import {
  type ClientHello,
  decodeHandshake,
  encodeHandshake,
  type HandshakeMessage,
  RETRY_RANDOM,
  type ServerHello,
} from './wire/handshake.ts';
import { encodeRecord } from './wire/record.ts';
import { TLS_1_2, X25519 } from './wire/registries.ts';

const text = (string: string): Uint8Array => new TextEncoder().encode(string);

describe('a session', () => {
  test('takes one round trip to agree, and carries data both ways until both sides close', () => {
    const [client, server] = [clientForTests(), serverForTests()];
    const both = handshaken(client, server);
    both.carry('client', client.send(text('Do you like ketchup?'), inner));
    both.carry('server', server.send(text('How about pickles?'), inner));
    both.carry('client', client.close());
    both.carry('server', server.send(text('More'), inner));
    both.carry('server', server.close());
    expect(told(both.client)).toEqual([
      'sends TLS ClientHello',
      'sends TLS Application Data, 58 B: Finished',
      'established',
      'sends TLS Application Data, 42 B: hello',
      'data 18',
      'sends TLS Application Data, 24 B: Alert close_notify',
      'data 4',
      'closed',
    ]);
    expect(told(both.server)).toEqual([
      'sends TLS ServerHello',
      expect.stringMatching(/^sends TLS Application Data, \d+ B: EncryptedExtensions, Certificate, CertificateVerify, Finished$/),
      'established',
      'data 20',
      'sends TLS Application Data, 40 B: hello',
      'closed',
      'sends TLS Application Data, 26 B: hello',
      'sends TLS Application Data, 24 B: Alert close_notify',
    ]);
  });

  test.each<[string, Partial<ClientSettings>, Partial<ServerSettings>, object]>([
    [
      'the server’s preferred suite',
      {},
      { suites: ['TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256'] },
      { suite: 'TLS_AES_128_GCM_SHA256' },
    ],
    ['the one suite in common', { suites: ['TLS_AES_128_GCM_SHA256'] }, {}, { suite: 'TLS_AES_128_GCM_SHA256' }],
    [
      'the server’s preferred protocol',
      { protocols: ['h2', 'imap'] },
      { protocols: ['imap', 'h2'] },
      { protocol: 'imap', serverName: NAME },
    ],
    ['no protocol where the server speaks of none', { protocols: ['h2'] }, {}, { protocol: null }],
    ['no protocol where the client speaks of none', {}, { protocols: ['h2'] }, { protocol: null }],
    ['anybody’s certificate', { trust: 'anybody', serverName: 'other.example' }, {}, { serverName: 'other.example' }],
    [
      'a certificate by name',
      { serverName: 'b.example' },
      { credentials: (name) => credentialsForTests({ names: [name ?? ''] }) },
      { serverName: 'b.example' },
    ],
    ['an address', { serverName: '10.0.0.2' }, { credentials: credentialsForTests({ names: ['10.0.0.2'] }) }, { serverName: null }],
    ['an Ed25519 certificate', {}, { credentials: credentialsForTests({ scheme: 'ed25519' }) }, {}],
  ])('agrees on %s', (_, client, server, expected) => {
    const both = handshaken(clientForTests(client), serverForTests(server));
    for (const events of [both.client, both.server]) {
      expect(events.find((event) => event.kind === 'established')).toMatchObject({ session: expected });
    }
  });

  test.each<[string, Partial<ClientSettings>, Partial<ServerSettings>, Side, string]>([
    [
      'they have no suite in common',
      { suites: ['TLS_CHACHA20_POLY1305_SHA256'] },
      { suites: ['TLS_AES_128_GCM_SHA256'] },
      'server',
      'handshake_failure',
    ],
    ['they have no protocol in common', { protocols: ['h2'] }, { protocols: ['imap'] }, 'server', 'no_application_protocol'],
    ['nobody has that name', {}, { credentials: () => null }, 'server', 'unrecognized_name'],
    ['the certificate has expired', { now: () => EPOCH + 400 * 86_400 }, {}, 'client', 'certificate_expired'],
    ['the certificate is for another name', { serverName: 'other.example' }, {}, 'client', 'bad_certificate'],
    ['the authority is not trusted', { trust: [certificateAuthority(randomForTests, 'Other').certificate] }, {}, 'client', 'unknown_ca'],
    [
      'there is no certificate',
      { trust: 'anybody' },
      { credentials: { ...credentialsForTests(), certificates: [] } },
      'client',
      'decode_error',
    ],
    [
      'the key is another one',
      {},
      { credentials: { ...credentialsForTests(), key: credentialsForTests({ names: ['x'] }).key } },
      'client',
      'decrypt_error',
    ],
    [
      'the key is of another kind',
      {},
      { credentials: { ...credentialsForTests(), key: credentialsForTests({ scheme: 'ed25519' }).key } },
      'client',
      'illegal_parameter',
    ],
  ])('fails when %s, and both know', (_, client, server, by, alert) => {
    const both = handshaken(clientForTests(client), serverForTests(server));
    const [own, other] = by === 'client' ? [both.client, both.server] : [both.server, both.client];
    expect(told(own).at(-1)).toBe(`failed ${alert} by us`);
    expect(told(other).at(-1)).toBe(`failed ${alert} by them`);
    expect([...both.client, ...both.server].some(({ kind }) => kind === 'established')).toBe(false);
  });

  test('is the same for the same randomness, and another for another', () => {
    const bytes = (purpose: string) => {
      const { client, server } = handshaken(clientForTests({ random: randomForTests(purpose) }));
      return [...client, ...server].flatMap((event) =>
        event.kind === 'send' ? [Buffer.from(bytesOf(event.content)).toString('hex')] : [],
      );
    };
    expect(bytes('one')).toEqual(bytes('one'));
    expect(bytes('one')).not.toEqual(bytes('two'));
  });

  test('changes keys when asked, and after as many records as a key is good for', () => {
    const [client, server] = [clientForTests({}, 3), serverForTests()];
    const both = handshaken(client, server);
    both.carry('server', server.updateKeys(true));
    both.carry('server', server.send(text('a'), inner));
    // 4 full records and a bit: three under this key, the others under the next.
    const bulk = { seed: 3, offset: 0, length: 70_000 };
    both.carry('client', client.send(bulk, inner));
    expect(Buffer.compare(received(both.server), bytesOf(bulk))).toBe(0);
    expect(received(both.client)).toEqual(text('a'));
    const updates = (events: readonly TlsEvent[]) => told(events).filter((line) => line.endsWith('KeyUpdate')).length;
    expect([updates(both.client), updates(both.server)]).toEqual([2, 1]);
  });

  test('a key update is asked for and given by both at once', () => {
    const [client, server] = [clientForTests(), serverForTests()];
    const both = handshaken(client, server);
    const sent = (events: readonly TlsEvent[]) => events.flatMap((event) => (event.kind === 'send' ? [event.content] : []));
    const crossing = [sent(client.updateKeys(true)), sent(server.updateKeys(true))] as const;
    const answers = [sent(client.receive(crossing[1][0]!)), sent(server.receive(crossing[0][0]!))] as const;
    expect([client.receive(answers[1][0]!), server.receive(answers[0][0]!)]).toEqual([[], []]);
    both.carry('client', client.send(text('to the server'), inner));
    both.carry('server', server.send(text('to the client'), inner));
    expect([received(both.server), received(both.client)]).toEqual([text('to the server'), text('to the client')]);
  });

  test('given up during the handshake is over for both', () => {
    const client = clientForTests();
    client.start();
    expect(told(client.close())).toEqual(['sends TLS Alert user_canceled', 'sends TLS Alert close_notify']);
    const server = serverForTests();
    server.start();
    const heard = (['user_canceled', 'close_notify'] as const).flatMap((alert) =>
      server.receive(encodeRecord('alert', encodeAlert(alert))),
    );
    expect(told(heard)).toEqual(['failed close_notify by them']);
  });
});

/** What the client comes to when the server sends this in answer to its ClientHello. */
function clientAfter(answer: (hello: ClientHello) => Uint8Array[], settings: Partial<ClientSettings> = {}): string[] {
  const client = clientForTests(settings);
  const [first] = client.start();
  const record = bytesOf((first as { content: Content }).content);
  const hello = decodeHandshake(record.subarray(5));
  if (!('value' in hello) || hello.value.type !== 'ClientHello') throw new Error('no ClientHello');
  return answer(hello.value).flatMap((bytes) => told(client.receive(bytes)));
}

/** A ServerHello, with something changed, in a record. */
function serverHello(changes: Partial<ServerHello> = {}, extensions?: readonly Extension[]): Uint8Array {
  const hello: ServerHello = {
    type: 'ServerHello',
    random: new Uint8Array(32).fill(7),
    sessionId: new Uint8Array(0),
    cipherSuite: 0x1301,
    extensions: extensions ?? [
      { name: 'supported_versions', versions: [0x0304] },
      { name: 'key_share', shares: [{ group: X25519, key: x25519.getPublicKey(new Uint8Array(32).fill(9)) }] },
    ],
    ...changes,
  };
  return encodeRecord('handshake', encodeHandshake(hello));
}

const version: Extension = { name: 'supported_versions', versions: [0x0304] };
const share = (group: number, length: number): Extension => ({ name: 'key_share', shares: [{ group, key: new Uint8Array(length) }] });

describe('a client', () => {
  test.each<[string, Uint8Array, string]>([
    ['of TLS 1.2', serverHello({}, []), 'protocol_version'],
    ['of a version that was not offered', serverHello({}, [{ name: 'supported_versions', versions: [TLS_1_2] }]), 'illegal_parameter'],
    ['with a suite that was not offered', serverHello({ cipherSuite: 0x1302 }), 'illegal_parameter'],
    ['with a session', serverHello({ sessionId: new Uint8Array(32) }), 'illegal_parameter'],
    ['without a key', serverHello({}, [version]), 'missing_extension'],
    ['with a key of another group', serverHello({}, [version, share(23, 65)]), 'illegal_parameter'],
    ['with a key that gives the secret away', serverHello({}, [version, share(X25519, 32)]), 'illegal_parameter'],
    [
      'with an extension that was not asked for',
      serverHello({}, [version, { name: 'other', type: 99, data: new Uint8Array(1) }, share(X25519, 32)]),
      'unsupported_extension',
    ],
    ['with an extension twice', serverHello({}, [version, version]), 'illegal_parameter'],
    ['that asks for the key that it has', serverHello({ random: RETRY_RANDOM }, [version, share(X25519, 0)]), 'illegal_parameter'],
    ['that asks for a key that was not offered', serverHello({ random: RETRY_RANDOM }, [version, share(23, 0)]), 'illegal_parameter'],
    ['that breaks off', encodeRecord('handshake', Uint8Array.of(2, 0, 0, 3, 3, 3, 1)), 'decode_error'],
    [
      'that is none',
      encodeRecord('handshake', encodeHandshake({ type: 'Finished', verifyData: new Uint8Array(32) })),
      'unexpected_message',
    ],
    ['that is no record', text('HTTP/1.1 400 Bad Request\r\n\r\n'), 'unexpected_message'],
    [
      'with something behind it',
      Uint8Array.from([...encodeRecord('handshake', Uint8Array.from([...serverHello().subarray(5), 8, 0, 0, 2, 0, 0]))]),
      'unexpected_message',
    ],
    ['that is empty', encodeRecord('handshake', new Uint8Array(0)), 'unexpected_message'],
    ['in place of which data comes', encodeRecord('application_data', text('hello')), 'unexpected_message'],
    ['longer than any', encodeRecord('handshake', Uint8Array.of(2, 0xff, 0xff, 0xff)), 'decode_error'],
    ['in place of which a bad change_cipher_spec comes', encodeRecord('change_cipher_spec', Uint8Array.of(2)), 'unexpected_message'],
    ['in place of which half an alert comes', encodeRecord('alert', Uint8Array.of(2)), 'decode_error'],
  ])('refuses a ServerHello %s', (_, record, alert) => {
    expect(clientAfter(() => [record])).toEqual([`sends TLS Alert ${alert}`, `failed ${alert} by us`]);
  });

  test('takes one in as many records as it may come in, and a change_cipher_spec between', () => {
    const message = serverHello().subarray(5);
    const pieces = Array.from(message, (byte) => encodeRecord('handshake', Uint8Array.of(byte)));
    const nonsense = seal(
      { suite: 'TLS_AES_128_GCM_SHA256', label: '', clientRandom: '', secret: '00'.repeat(32) },
      0,
      'handshake',
      Uint8Array.of(8),
    );
    // What follows cannot be opened: so the ServerHello was taken.
    expect(clientAfter(() => [...pieces, encodeRecord('change_cipher_spec', Uint8Array.of(1)), nonsense]).at(-1)).toBe(
      'failed bad_record_mac by us',
    );
    expect(clientAfter(() => [pieces[0]!, encodeRecord('change_cipher_spec', Uint8Array.of(1))]).at(-1)).toBe(
      'failed unexpected_message by us',
    );
  });

  test('gives a cookie back, once', () => {
    const cookie: Extension = { name: 'cookie', cookie: Uint8Array.of(1, 2, 3) };
    const retry = serverHello({ random: RETRY_RANDOM }, [version, cookie]);
    expect(clientAfter(() => [retry])).toEqual(['sends TLS ClientHello']);
    expect(clientAfter(() => [retry, retry]).at(-1)).toBe('failed unexpected_message by us');
    expect(clientAfter(() => [retry, serverHello({ cipherSuite: 0x1303 })]).at(-1)).toBe('failed illegal_parameter by us');
  });

  test('believes an alert in clear while it has no keys', () => {
    expect(clientAfter(() => [encodeRecord('alert', encodeAlert('handshake_failure'))])).toEqual(['failed handshake_failure by them']);
    expect(clientAfter(() => [encodeRecord('alert', encodeAlert('close_notify'))])).toEqual(['failed close_notify by them']);
    expect(clientAfter(() => [encodeRecord('alert', Uint8Array.of(2, 200))])).toEqual(['failed alert 200 by them']);
  });

  test('does not read records without end that bring nothing', () => {
    const nothing = encodeRecord('change_cipher_spec', Uint8Array.of(1));
    expect(clientAfter(() => new Array(100).fill(nothing))).toEqual([
      'sends TLS Alert unexpected_message',
      'failed unexpected_message by us',
    ]);
  });
});

/** What the server comes to when a client begins with this. */
function serverAfter(...records: readonly Uint8Array[]): string[] {
  const server = serverForTests();
  server.start();
  return records.flatMap((record) => told(server.receive(record)));
}

describe('a server', () => {
  const [first] = clientForTests().start();
  const hello = (decodeHandshake(bytesOf((first as { content: Content }).content).subarray(5)) as { value: ClientHello }).value;
  const record = (changes: Partial<ClientHello>) => encodeRecord('handshake', encodeHandshake({ ...hello, ...changes }));
  const without = (name: string) => record({ extensions: hello.extensions.filter((extension) => extension.name !== name) });
  const withoutKeys = hello.extensions.map((one) => (one.name === 'key_share' ? { ...one, shares: [] } : one));
  const keyless = record({ extensions: withoutKeys });

  test.each<[string, Uint8Array, string]>([
    ['of TLS 1.2', without('supported_versions'), 'protocol_version'],
    ['without groups', without('supported_groups'), 'missing_extension'],
    ['without signature schemes', without('signature_algorithms'), 'missing_extension'],
    ['without key shares', without('key_share'), 'missing_extension'],
    [
      'with a short key',
      record({ extensions: hello.extensions.map((one) => (one.name === 'key_share' ? share(X25519, 31) : one)) }),
      'illegal_parameter',
    ],
    ['with unknown suites only', record({ cipherSuites: [0x1302] }), 'handshake_failure'],
    ['of SSL 2', Uint8Array.of(0x80, 0x2e, 1, 3, 1, 0), 'unexpected_message'],
    ['that is a mail command', text('EHLO alice-pc\r\n'), 'unexpected_message'],
  ])('refuses a ClientHello %s', (_, bytes, alert) => {
    expect(serverAfter(bytes)).toEqual([`sends TLS Alert ${alert}`, `failed ${alert} by us`]);
  });

  test('asks for a key that is not there, and wants nothing else changed', () => {
    expect(serverAfter(keyless)).toEqual(['sends TLS HelloRetryRequest']);
    expect(serverAfter(keyless, keyless).at(-1)).toBe('failed illegal_parameter by us');
    expect(serverAfter(keyless, record({ random: new Uint8Array(32) })).at(-1)).toBe('failed illegal_parameter by us');
    expect(serverAfter(keyless, record({}))[1]).toBe('sends TLS ServerHello');
  });

  test('answers a client that offers a session as middleboxes want it', () => {
    const sessionId = new Uint8Array(32).fill(1);
    const [helloLine, change, flight] = serverAfter(record({ sessionId }));
    expect([helloLine, change]).toEqual(['sends TLS ServerHello', 'sends TLS ChangeCipherSpec']);
    expect(flight).toMatch(/Finished$/);
    // Once, also where a key has to be asked for first.
    const asked = serverAfter(
      encodeRecord('handshake', encodeHandshake({ ...hello, sessionId, extensions: withoutKeys })),
      record({ sessionId }),
    );
    expect(asked.filter((line) => line === 'sends TLS ChangeCipherSpec').length).toBe(1);
  });

  test('hears that its certificate is not taken by a client that has no keys yet', () => {
    expect(serverAfter(record({}), encodeRecord('alert', encodeAlert('illegal_parameter'))).at(-1)).toBe(
      'failed illegal_parameter by them',
    );
  });
});

describe('somebody in the middle', () => {
  /** Both sides’ last words when the content with that number is altered. */
  function tampered(wanted: number, alter: (bytes: Uint8Array) => Uint8Array | null): [string, string] {
    const [client, server] = [clientForTests(), serverForTests()];
    const both = handshaken(client, server, (_, content, number) => (number === wanted ? alter(bytesOf(content)) : content));
    both.carry('client', client.send(text('secret'), inner));
    return [told(both.client).at(-1)!, told(both.server).at(-1)!];
  }
  const flip = (at: number) => (bytes: Uint8Array) => bytes.map((byte, i) => (i === (at + bytes.length) % bytes.length ? byte ^ 1 : byte));

  test.each<[string, number, (bytes: Uint8Array) => Uint8Array | null, [string, string]]>([
    // The random of the ClientHello: the client’s transcript is another one, so no key of the server’s fits.
    ['alters the ClientHello', 0, flip(15), ['failed bad_record_mac by us', 'failed bad_record_mac by us']],
    ['alters the ServerHello', 1, flip(15), ['failed bad_record_mac by us', 'failed bad_record_mac by us']],
    ['alters the certificate', 2, flip(200), ['failed bad_record_mac by us', 'failed bad_record_mac by them']],
    ['alters the Finished', 3, flip(20), ['failed bad_record_mac by them', 'failed bad_record_mac by us']],
    ['alters data', 4, flip(-1), ['failed bad_record_mac by them', 'failed bad_record_mac by us']],
  ])('who %s is found out', (_, number, alter, expected) => {
    expect(tampered(number, alter)).toEqual(expected);
  });

  test('who drops or repeats a record is found out by the next', () => {
    for (const change of ['drop', 'repeat']) {
      const [client, server] = [clientForTests(), serverForTests()];
      const both = handshaken(client, server);
      const records = ['one', 'two'].map((word) => (client.send(text(word), inner)[0] as { content: Content }).content);
      const order = change === 'drop' ? [records[1]!] : [records[0]!, records[0]!];
      for (const content of order) both.server.push(...server.receive(content));
      expect(told(both.server).at(-1)).toBe('failed bad_record_mac by us');
    }
  });

  test('who has a certificate of an authority that nobody trusts gets nowhere', () => {
    const authority = certificateAuthority(randomForTests, 'Mallory');
    const own: Credentials = { certificates: [authority.certificate], key: authority.key };
    const both = handshaken(clientForTests(), serverForTests({ credentials: own }));
    expect(told(both.client).at(-1)).toBe('failed unknown_ca by us');
    // Whoever trusts anybody is taken in.
    expect(told(handshaken(clientForTests({ trust: 'anybody' }), serverForTests({ credentials: own })).client).at(-1)).toBe('established');
  });
});

/** The endpoint, whose messages of one type are others. */
function lying<T extends HandshakeMessage['type']>(
  endpoint: TlsEndpoint,
  type: T,
  change: (message: Extract<HandshakeMessage, { type: T }>) => Sendable,
): TlsEndpoint {
  const honest = endpoint.sendFlight.bind(endpoint);
  endpoint.sendFlight = (...makers) =>
    honest(
      ...makers.map((make) => () => {
        const message = make();
        return message.type === type ? change(message as unknown as Extract<HandshakeMessage, { type: T }>) : message;
      }),
    );
  return endpoint;
}
type Sendable = Parameters<typeof encodeHandshake>[0];

describe('a side with the right keys that does not keep to the protocol', () => {
  const flipped = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => (i === 0 ? byte ^ 1 : byte));
  const extension = (one: Extension) => ({ type: 'EncryptedExtensions', extensions: [one] }) as const;

  test.each<[string, () => TlsEndpoint, string]>([
    [
      'Finished is another',
      () => lying(serverForTests(), 'Finished', ({ verifyData }) => ({ type: 'Finished', verifyData: flipped(verifyData) })),
      'decrypt_error',
    ],
    [
      'Finished is short',
      () => lying(serverForTests(), 'Finished', () => ({ type: 'Finished', verifyData: new Uint8Array(8) })),
      'decrypt_error',
    ],
    [
      'signature is another',
      () => lying(serverForTests(), 'CertificateVerify', (one) => ({ ...one, signature: flipped(one.signature) })),
      'decrypt_error',
    ],
    [
      'signature is of a scheme that is not known',
      () => lying(serverForTests(), 'CertificateVerify', (one) => ({ ...one, scheme: 0x0804 })),
      'illegal_parameter',
    ],
    [
      'certificate has a context',
      () => lying(serverForTests(), 'Certificate', (one) => ({ ...one, context: Uint8Array.of(1) })),
      'illegal_parameter',
    ],
    [
      'certificate has an extension',
      () =>
        lying(serverForTests(), 'Certificate', (one) => ({
          ...one,
          certificates: one.certificates.map((entry) => ({ ...entry, extensions: [{ name: 'other', type: 5, data: new Uint8Array(1) }] })),
        })),
      'unsupported_extension',
    ],
    [
      'extensions were not asked for',
      () => lying(serverForTests(), 'EncryptedExtensions', () => extension({ name: 'other', type: 99, data: new Uint8Array(0) })),
      'unsupported_extension',
    ],
    [
      'protocol was not asked for',
      () =>
        lying(serverForTests(), 'EncryptedExtensions', () =>
          extension({ name: 'application_layer_protocol_negotiation', protocols: ['h2'] }),
        ),
      'unsupported_extension',
    ],
    [
      'messages are in another order',
      () => lying(serverForTests(), 'EncryptedExtensions', () => ({ type: 'Finished', verifyData: new Uint8Array(32) })),
      'unexpected_message',
    ],
    [
      'request for a certificate lacks schemes',
      () => lying(serverForTests(), 'Certificate', () => ({ type: 'CertificateRequest', context: new Uint8Array(0), extensions: [] })),
      'missing_extension',
    ],
    [
      'request for a certificate has a context',
      () => lying(serverForTests(), 'Certificate', () => ({ type: 'CertificateRequest', context: Uint8Array.of(1), extensions: [] })),
      'illegal_parameter',
    ],
  ])('is refused by the client where the server’s %s', (_, server, alert) => {
    expect(told(handshaken(clientForTests(), server()).client).at(-1)).toBe(`failed ${alert} by us`);
  });

  test('is refused where it chooses a protocol that was not offered', () => {
    const server = lying(serverForTests(), 'EncryptedExtensions', () =>
      extension({ name: 'application_layer_protocol_negotiation', protocols: ['h2'] }),
    );
    expect(told(handshaken(clientForTests({ protocols: ['imap'] }), server).client).at(-1)).toBe('failed illegal_parameter by us');
  });

  test('is refused by the server where the client’s Finished is another', () => {
    const client = lying(clientForTests(), 'Finished', ({ verifyData }) => ({ type: 'Finished', verifyData: flipped(verifyData) }));
    expect(told(handshaken(client, serverForTests()).server).at(-1)).toBe('failed decrypt_error by us');
  });

  test('may say nothing in clear once it has keys', () => {
    for (const record of [
      encodeRecord('alert', encodeAlert('close_notify')),
      encodeRecord('handshake', Uint8Array.of(24, 0, 0, 1, 0)),
      encodeRecord('change_cipher_spec', Uint8Array.of(1)),
    ]) {
      const server = serverForTests();
      handshaken(clientForTests(), server);
      expect(told(server.receive(record)).at(-1)).toBe('failed unexpected_message by us');
    }
  });
});

test('what is sent says what it is, to whoever has the keys', () => {
  const [client, server] = [clientForTests(), serverForTests()];
  const both = handshaken(client, server);
  both.carry('client', client.send(text('EHLO alice-pc\r\n'), { protocol: 'smtp', kind: 'command', label: 'EHLO alice-pc' }));
  const messages = both.client.flatMap((event): MessageInfo[] => (event.kind === 'send' ? [event.message] : []));
  expect(messages.map(({ protocol, kind }) => `${protocol} ${kind}`)).toEqual(['tls record', 'tls record', 'tls record']);
  expect(messages.map((message) => message.inner?.secret.label)).toEqual([
    undefined,
    'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
    'CLIENT_TRAFFIC_SECRET_0',
  ]);
  expect(messages[2]?.inner).toMatchObject({ protocol: 'smtp', kind: 'command', label: 'EHLO alice-pc', sequence: 0 });
});

test('an endpoint that failed, or has closed, says nothing more', () => {
  const client: TlsEndpoint = clientForTests({ trust: [authorityForTests().certificate] });
  client.start();
  client.receive(text('no TLS at all'));
  expect([client.receive(text('more')), client.send(text('data'), inner), client.close(), client.updateKeys(true)]).toEqual([
    [],
    [],
    [],
    [],
  ]);
  const [other, server] = [clientForTests(), serverForTests()];
  handshaken(other, server).carry('client', other.close());
  expect([other.send(text('data'), inner), other.close(), other.updateKeys(false)]).toEqual([[], [], []]);
});

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { sharedSecret } from './key-exchange.ts';
import { applicationSecrets, finishedCode, handshakeSecrets } from './key-schedule.ts';
import { open, seal, type TrafficSecret, trafficKeys } from './record-protection.ts';
import * as trace from './rfc8448-for-tests.ts';

const secretOf = (name: keyof typeof trace.secrets): TrafficSecret => ({
  suite: 'TLS_AES_128_GCM_SHA256',
  label: name,
  clientRandom: '',
  secret: trace.secrets[name],
});

describe('the handshake of RFC 8448 §3', () => {
  const hello = sha256(concatBytes(trace.clientHello, trace.serverHello));
  const untilFinished = trace.serverFlight.length - 36;
  const all = concatBytes(trace.clientHello, trace.serverHello, trace.serverFlight);

  test('agrees on a secret', () => {
    expect(sharedSecret(trace.clientPrivateKey, trace.serverPublicKey)).toEqual(trace.sharedSecret);
  });

  test('comes to the secrets of both directions', () => {
    const { handshake, client, server } = handshakeSecrets(trace.sharedSecret, hello);
    expect(handshake).toEqual(trace.handshakeSecret);
    expect([client, server].map(bytesToHex)).toEqual([trace.secrets.clientHandshake, trace.secrets.serverHandshake]);
    const application = applicationSecrets(handshake, sha256(all));
    expect(bytesToHex(application.client)).toBe(trace.secrets.clientApplication);
    expect(bytesToHex(application.server)).toBe(trace.secrets.serverApplication);
  });

  test('is sealed by both Finished', () => {
    const { client, server } = handshakeSecrets(trace.sharedSecret, hello);
    const before = sha256(concatBytes(trace.clientHello, trace.serverHello, trace.serverFlight.subarray(0, untilFinished)));
    expect(finishedCode(server, before)).toEqual(trace.serverVerifyData);
    expect(finishedCode(client, sha256(all))).toEqual(trace.clientVerifyData);
  });

  test.each(Object.keys(trace.secrets) as (keyof typeof trace.secrets)[])('has the traffic keys of %s', (name) => {
    const { key, iv } = trafficKeys(secretOf(name));
    expect([bytesToHex(key), bytesToHex(iv)]).toEqual(trace.trafficKeys[name]);
  });

  test.each(trace.records)('has the record of %s number %i: %s', (name, sequence, type, content, record) => {
    expect(bytesToHex(seal(secretOf(name), sequence, type, content))).toBe(bytesToHex(record));
    expect(open(secretOf(name), sequence, record)).toEqual({ type, content });
    // Out of its turn it does not open.
    expect(open(secretOf(name), sequence + 1, record)).toMatchObject({ alert: 'bad_record_mac' });
  });

  test('gives no secret for a key that is none', () => {
    expect(sharedSecret(trace.clientPrivateKey, new Uint8Array(32))).toBe(null);
    expect(sharedSecret(trace.clientPrivateKey, new Uint8Array(31))).toBe(null);
  });
});

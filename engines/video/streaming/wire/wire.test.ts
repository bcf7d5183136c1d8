/** What streams send, as bytes: RTP, RTCP, RTSP and session descriptions, there and back. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Field } from '../../../field.ts';
import { bytesOfOctets } from '../../../network/octets.ts';
import { SECOND } from '../../../quantities.ts';
import { dissectStream } from './dissect.ts';
import { decodeFragment, decodeRetransmission, encodeFragment, encodeRetransmission } from './payload.ts';
import { decodeRtcp, encodeRtcp, type RtcpPacket } from './rtcp.ts';
import { decodeRtp, encodeRtp, packetOf } from './rtp.ts';
import * as rtsp from './rtsp.ts';
import { decodeDescription, encodeDescription } from './session-description.ts';

const hex = (text: string) => Uint8Array.from(text.split(' ').filter(Boolean), (byte) => Number.parseInt(byte, 16));
const names = (fields: readonly Field[]) => fields.map(({ name, value }) => `${name}: ${value}`);

describe('RTP', () => {
  const packet = packetOf({
    marker: true,
    payloadType: 96,
    sequence: 258,
    timestamp: 90_000,
    source: 0xdeadbeef,
    payload: hex('00 00 00 00 0a'),
  });
  const bytes = hex('80 e0 01 02 00 01 5f 90 de ad be ef 00 00 00 00 0a');

  test('has these bytes', () => {
    expect(encodeRtp(packet)).toEqual(bytes);
    expect(decodeRtp(bytes)).toEqual(packet);
    expect(names(dissectStream.rtp(bytes, 'packet'))).toEqual([
      'version: 2',
      'padding: no',
      'extension: no',
      'CSRC count: 0',
      'marker: yes',
      'payload type: 96 (clip)',
      'sequence number: 258',
      'timestamp: 90000',
      'SSRC: 0xdeadbeef',
      'fragment offset: 0',
      'coded picture: 1 B',
    ]);
  });

  test('of any fields is decoded to them', () => {
    const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
    const packets = fc.record({
      marker: fc.boolean(),
      payloadType: fc.integer({ min: 0, max: 127 }),
      sequence: fc.integer({ min: 0, max: 0xffff }),
      timestamp: uint32,
      source: uint32,
      contributors: fc.array(uint32, { maxLength: 15 }),
      extension: fc.option(
        fc.record({
          profile: fc.integer({ min: 0, max: 0xffff }),
          data: fc.uint8Array({ maxLength: 8 }).map((data) => data.subarray(0, data.length & ~3)),
        }),
      ),
      payload: fc.uint8Array({ maxLength: 40 }),
      padding: fc.integer({ min: 0, max: 255 }),
    });
    fc.assert(
      fc.property(packets, (any) => {
        expect(decodeRtp(encodeRtp(any))).toEqual(any);
      }),
    );
  });

  test.each([
    ['80 60 00', 'an RTP header has 12 bytes; here are 3'],
    ['40 60 00 01 00 00 00 00 00 00 00 00', 'version 1'],
    ['81 60 00 01 00 00 00 00 00 00 00 00', 'cut off in the contributing sources'],
    ['90 60 00 01 00 00 00 00 00 00 00 00 00 00 00 01', 'a header extension that is longer than the packet'],
    ['a0 60 00 01 00 00 00 00 00 00 00 00 02', 'padding of 2 bytes'],
    ['a0 60 00 01 00 00 00 00 00 00 00 00', 'padding of 0 bytes'],
  ])('%s: %s', (given, error) => {
    expect(decodeRtp(hex(given))).toEqual({ error });
    expect(dissectStream.rtp(hex(given), 'packet')[0]!.malformed).toBe(true);
  });
});

test('a fragment stands behind its offset, and behind its first number when it is sent again', () => {
  const fragment = { offset: 1400, bytes: hex('01 02') };
  const payload = encodeFragment(fragment);
  expect(payload).toEqual(hex('00 00 05 78 01 02'));
  expect(decodeFragment(payload)).toEqual(fragment);
  expect(decodeFragment(hex('00 00 05'))).toBeNull();
  expect(decodeRetransmission(encodeRetransmission(65_535, payload))).toEqual({ sequence: 65_535, payload });
  expect(decodeRetransmission(hex('00'))).toBeNull();
});

describe('RTCP', () => {
  test('lists lost packets: each with the sixteen behind it', () => {
    const lost = [65_530, 65_531, 3, 10, 26];
    const bytes = encodeRtcp([{ kind: 'nack', sender: 1, source: 2, lost }]);
    // 65530 with the next one (bit 0), 3 (nine behind it, bit 8) and 10 (sixteen behind it, bit 15); 26 by itself.
    expect(bytes).toEqual(hex('81 cd 00 04 00 00 00 01 00 00 00 02 ff fa 81 01 00 1a 00 00'));
    expect(decodeRtcp(bytes)).toEqual([{ kind: 'nack', sender: 1, source: 2, lost }]);
  });

  test('reports and says goodbye', () => {
    const packets: RtcpPacket[] = [
      { kind: 'sender report', source: 7, seconds: 3_976_214_400, fraction: 2 ** 31, timestamp: 5, packets: 240, bytes: 30_000 },
      { kind: 'description', source: 7, name: 'netscenario' },
      { kind: 'goodbye', source: 7 },
    ];
    const bytes = encodeRtcp(packets);
    expect(decodeRtcp(bytes)).toEqual(packets);
    expect(dissectStream.rtcp(bytes, 'packet').map(({ name, start, end }) => [name, start, end])).toEqual([
      ['sender report', 0, 28],
      ['description', 28, 52],
      ['goodbye', 52, 60],
    ]);
  });

  test('of other types is read over', () => {
    expect(decodeRtcp(hex('80 cc 00 00 81 cb 00 01 00 00 00 07'))).toEqual([
      { kind: 'other', type: 204 },
      { kind: 'goodbye', source: 7 },
    ]);
  });

  test.each([
    ['', 'an empty datagram'],
    ['80 c8', 'cut off in a header'],
    ['80 c8 00 05', 'a packet that is longer than the datagram'],
    ['80 c8 00 00', 'a sender report that is too short'],
    ['81 ca 00 02 00 00 00 07 02 00 00 00', 'a description without a name'],
    ['81 ca 00 02 00 00 00 07 01 09 00 00', 'a name that is longer than its packet'],
    ['81 cd 00 02 00 00 00 01 00 00 00 02', 'a NACK that names nothing'],
  ])('%s: %s', (given, error) => {
    expect(decodeRtcp(hex(given))).toEqual({ error });
  });
});

describe('RTSP', () => {
  test('has requests and responses', () => {
    const request = { method: 'PLAY', url: 'rtsp://server/bounce', fields: [{ name: 'CSeq', value: '3' }] };
    const text = 'PLAY rtsp://server/bounce RTSP/1.0\r\nCSeq: 3\r\n\r\n';
    expect(rtsp.encodeRequest(request)).toBe(text);
    expect(rtsp.decodeRequest(text.trimEnd().split('\r\n'))).toEqual(request);
    const response = { status: 454, reason: 'Session Not Found', fields: [{ name: 'CSeq', value: '3' }] };
    expect(rtsp.decodeResponse(rtsp.encodeResponse(response).trimEnd().split('\r\n'))).toEqual(response);
    expect(names(dissectStream.rtsp(bytesOfOctets(text), 'request'))).toEqual([
      'request line: PLAY rtsp://server/bounce RTSP/1.0',
      'CSeq: 3',
      'empty line: ',
    ]);
  });

  test.each([
    ['PLAY rtsp://server/x RTSP/2.0', 505],
    ['PLAY http://server/x RTSP/1.0', 400],
    ['PLAY rtsp://server/x', 400],
    ['', 400],
  ])('refuses %s: %d', (line, status) => {
    expect(rtsp.decodeRequest([line])).toMatchObject({ status });
  });

  test.each<[string, rtsp.Transport | null]>([
    ['RTP/AVP;unicast;client_port=5004-5005', { kind: 'udp', clientPort: 5004, serverPort: null, source: null }],
    [
      'RTP/AVP/UDP;unicast;client_port=5004-5005;server_port=6970-6971;ssrc=DEADBEEF',
      { kind: 'udp', clientPort: 5004, serverPort: 6970, source: 0xdeadbeef },
    ],
    ['RTP/AVP;multicast;client_port=1-2, RTP/AVP/TCP;unicast;interleaved=2-3', { kind: 'tcp', channel: 2, source: null }],
    ['RTP/AVP;unicast;client_port=70000-70001', null],
    ['RAW/RAW/UDP;unicast', null],
  ])('takes the transport %s', (value, transport) => {
    expect(rtsp.decodeTransport(value)).toEqual(transport);
    if (transport) expect(rtsp.decodeTransport(rtsp.encodeTransport(transport))).toEqual(transport);
  });

  test('tells places of the film in seconds', () => {
    expect(rtsp.encodeRange(1.5 * SECOND, 10 * SECOND)).toBe('npt=1.5-10');
    expect(rtsp.decodeRange('npt=1.5-10')).toBe(1.5 * SECOND);
    expect(rtsp.decodeRange('npt=7-')).toBe(7 * SECOND);
    expect(rtsp.decodeRange('smpte=10:07:00-')).toBeNull();
    fc.assert(fc.property(fc.integer({ min: 0, max: 1e15 }), (at) => rtsp.decodeRange(rtsp.encodeRange(at, at)) === at));
  });

  test('tells speeds, and the first packet', () => {
    expect([rtsp.decodeScale('2'), rtsp.decodeScale('0.5'), rtsp.decodeScale('-1'), rtsp.decodeScale('0')]).toEqual([2, 0.5, null, null]);
    const info = { sequence: 45_102, timestamp: 12_345_678 };
    expect(rtsp.encodeRtpInfo('rtsp://server/bounce', info)).toBe('url=rtsp://server/bounce;seq=45102;rtptime=12345678');
    expect(rtsp.decodeRtpInfo('url=rtsp://server/bounce;seq=45102;rtptime=12345678')).toEqual(info);
    expect(rtsp.decodeRtpInfo('url=rtsp://server/bounce;seq=70000;rtptime=1')).toBeNull();
  });

  test('carries packets behind a mark', () => {
    const bytes = Uint8Array.from([0x24, 0, 0, 12, ...hex('80 60 00 01 00 00 00 00 00 00 00 07')]);
    const fields = dissectStream.rtsp(bytes, 'packet');
    expect(names(fields).slice(0, 4)).toEqual(['mark: $', 'channel: 0', 'length: 12', 'version: 2']);
    expect(fields[3]!.start).toBe(4);
    expect(dissectStream.rtsp(bytes.subarray(0, 9), 'packet')[0]!.malformed).toBe(true);
  });
});

test('a description tells the film', () => {
  const film = {
    name: 'bounce',
    server: '10.0.0.1',
    payloadType: 96,
    frameRate: 24,
    frames: 48,
    rate: 21_500,
    retransmission: true,
  };
  const text = encodeDescription(film);
  expect(text).toContain('m=video 0 RTP/AVPF 96 98\r\n');
  expect(text).toContain('a=range:npt=0-2\r\n');
  expect(decodeDescription(text)).toEqual(film);
  expect(decodeDescription(text.replace('a=framerate:24', 'a=framerate:0'))).toBeNull();
  expect(decodeDescription('v=0\r\n')).toBeNull();
});

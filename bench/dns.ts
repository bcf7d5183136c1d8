/** DNS messages decoded and encoded, ours beside dns-packet on the same bytes: a query, an answer with an alias, a referral with glue. */
import dnsPacket from 'dns-packet';
import { readMasterFile } from '../engines/dns/master-file/master-file.ts';
import { decode } from '../engines/dns/wire/decode.ts';
import { encode } from '../engines/dns/wire/encode.ts';
import { type Message, query, response } from '../engines/dns/wire/message.ts';
import type { Result } from './result.ts';

const RECORDS = `$TTL 2d
www.umass.edu. CNAME gaia.cs.umass.edu.
gaia.cs.umass.edu. A 128.119.245.12
umass.edu. NS ns1.umass.edu.
umass.edu. NS ns2.umass.edu.
umass.edu. NS dns.cs.umass.edu.
ns1.umass.edu. A 128.119.10.27
ns2.umass.edu. A 128.119.10.28
dns.cs.umass.edu. A 128.119.240.1
`;

function messages(): Message[] {
  const { records } = readMasterFile(RECORDS, { origin: '.' });
  const asked = query(0x1a2b, { name: 'www.umass.edu.', type: 'A' }, true);
  const answer = response(asked, 'NOERROR', { recursionAvailable: true, answers: records.slice(0, 2) });
  const referral = response(asked, 'NOERROR', { authorities: records.slice(2, 5), additionals: records.slice(5) });
  return [asked, answer, referral];
}

const ROUNDS = 30_000;

/** Thousands of messages a second, the best of five runs after a warm-up. */
function rate<T>(inputs: readonly T[], work: (input: T) => unknown): number {
  let best = 0;
  for (let run = -1; run < 5; run++) {
    const begun = performance.now();
    for (let i = 0; i < ROUNDS; i++) for (const input of inputs) work(input);
    if (run >= 0) best = Math.max(best, (ROUNDS * inputs.length) / (performance.now() - begun));
  }
  return best;
}

export function bench(): Result[] {
  const ours = messages();
  const wires = ours.map(encode);
  const buffers = wires.map((wire) => Buffer.from(wire));
  const theirs = buffers.map((buffer) => dnsPacket.decode(buffer) as dnsPacket.Packet);
  const result = (name: string, mine: number, peer: number): Result => ({
    name,
    unit: 'thousand/s',
    ours: mine,
    peer,
    peerName: 'dns-packet',
    moreIsBetter: true,
  });
  return [
    result(
      'DNS messages decoded',
      rate(wires, (wire) => decode(wire)),
      rate(buffers, (buffer) => dnsPacket.decode(buffer)),
    ),
    result(
      'DNS messages encoded (ours compresses names)',
      rate(ours, (message) => encode(message)),
      rate(theirs, (packet) => dnsPacket.encode(packet)),
    ),
  ];
}

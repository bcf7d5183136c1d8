/** The network: hosts and the links between them. */

import { linkDefaults } from '../defaults/network.ts';
import { address, entry, host, list, newHost, property, wordChoice } from '../entry.ts';
import { declareHost } from '../hosts.ts';
import { linkKey } from '../links.ts';
import { accessOf, accessProperties, lineOf, linkProperties, notePacketProperties } from './lines.ts';
import { tcpOf, tcpProperties } from './tcp.ts';

export const networkVocabulary = [
  entry({
    id: 'network',
    role: 'setting',
    pattern: 'network',
    properties: {
      ...accessProperties,
      ...tcpProperties,
      fidelity: property(
        'fidelity FIDELITY',
        { FIDELITY: wordChoice('packets', 'flows') },
        {
          doc: 'How closely the network is simulated. `packets`: every segment; `flows`: TCP connections as flows that share the links’ capacity, for large scenarios.',
          default: 'packets',
          example: 'fidelity flows',
        },
      ),
    },
    blockRequired: true,
    doc: 'How the network is simulated, and what holds for the access link and the TCP of every host that does not say otherwise.',
    example: 'network { latency 20 ms  rate 100 Mbps  congestion cubic  fidelity packets }',
    build(_given, block, site) {
      const { program } = site;
      if (!program.declareOnce('network', 'The network', site.head, 'duplicate-setting')) return;
      Object.assign(program.network, accessOf(block, site));
      notePacketProperties(block, null, site);
      Object.assign(program.tcp, tcpOf(block, site));
      program.fidelity = block.fidelity?.FIDELITY ?? 'packets';
    },
  }),
  entry({
    id: 'host',
    role: 'declaration',
    pattern: 'host NAME',
    remembered: true,
    slots: { NAME: list(newHost) },
    properties: {
      ...accessProperties,
      ...tcpProperties,
      address: property(
        'address ADDRESS',
        { ADDRESS: address },
        {
          doc: 'The host’s IPv4 address.',
          default: 'the address record in a declared zone, or the next free one from 10.0.0.1 on',
          example: 'address 10.0.0.7',
        },
      ),
    },
    doc: 'Declares hosts, their access links to the network and their TCP. `peer[1..50]` declares fifty, `peer1` to `peer50`; `peer[7]` is another way to write `peer7`.',
    example:
      'host alice-pc { up 5 Mbps  down 20 Mbps  latency 10 ms  loss 0.1 %  jitter 5 ms  congestion cubic  address 10.0.0.7 }\nalice-pc crashes',
    build({ NAME }, block, site) {
      const given = accessOf(block, site);
      const tcp = tcpOf(block, site);
      const hosts: string[] = [];
      notePacketProperties(block, hosts, site);
      if (block.address && NAME.length > 1) {
        site.report('one-name', block.address.ADDRESS, `${NAME.length} hosts cannot share one address.`);
      }
      for (const name of NAME) {
        const declared = declareHost(name, site);
        if (!declared) continue;
        hosts.push(declared.name);
        declared.access = { ...declared.access, ...given };
        declared.tcp = { ...declared.tcp, ...tcp };
        if (block.address && NAME.length === 1) {
          declared.address = block.address.ADDRESS.text;
          declared.addressAt = site.place(block.address.ADDRESS);
        }
      }
    },
  }),
  entry({
    id: 'link',
    role: 'declaration',
    pattern: 'link A <-> B',
    slots: { A: host, B: host },
    properties: linkProperties,
    doc: 'Joins two hosts directly, beside their access links. Packets take the way of the lowest latency.',
    example: 'host a, b\nlink a <-> b { rate 10 Mbps  latency 5 ms  loss 1 %  queue 64 KiB }',
    build({ A, B }, block, site) {
      const given = lineOf(block, 'rate', site);
      site.later(() => {
        const a = site.host(A);
        const b = site.host(B);
        if (a === null || b === null) return;
        if (a === b) {
          site.report('self-link', B, 'A link joins two different hosts.');
          return;
        }
        const place = site.place({ start: A.start, end: B.end });
        if (!site.program.declareOnce(linkKey(a, b), `The link between \`${a}\` and \`${b}\``, place)) return;
        site.program.links.push({ a, b, ...linkDefaults, rate: block.rate?.RATE ?? linkDefaults.rate, ...given, at: site.at });
      });
    },
  }),
];

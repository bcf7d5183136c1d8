/** What can be said of a host's TCP. */
import type { TcpSettings } from '../../../engines/scenario.ts';
import { tcpDefaults } from '../defaults/network.ts';
import { choice, type GivenBlock, property, size, wordChoice } from '../entry.ts';
import type { Site } from '../site.ts';
import { written } from '../units.ts';

const onOff = choice(['on', true], ['off', false]);

export const tcpProperties = {
  congestion: property(
    'congestion ALGORITHM',
    { ALGORITHM: wordChoice('newreno', 'cubic') },
    {
      doc: 'How its TCP senders adapt to the network: `newreno` halves the window at a loss and grows it by a segment each round trip; `cubic` grows it by a curve over time.',
      default: tcpDefaults.congestionControl,
      standard: 'RFC 5681, RFC 6582, RFC 9438',
      example: 'congestion cubic',
    },
  ),
  sack: property(
    'sack SWITCH',
    { SWITCH: onOff },
    {
      doc: 'Whether its TCP offers and uses selective acknowledgments; they hold on a connection when both ends do.',
      default: tcpDefaults.selectiveAcknowledgments ? 'on' : 'off',
      standard: 'RFC 2018, RFC 6675',
      example: 'sack off',
    },
  ),
  nagle: property(
    'nagle SWITCH',
    { SWITCH: onOff },
    {
      doc: 'Whether a small segment waits while others are unacknowledged.',
      default: tcpDefaults.nagle ? 'on' : 'off',
      standard: 'RFC 9293 §3.7.4',
      example: 'nagle on',
    },
  ),
  receiveBuffer: property(
    'receive-buffer SIZE',
    { SIZE: size({ minimum: 2048, maximum: 2 ** 30, units: ['KiB', 'MiB'] }) },
    {
      doc: 'What a connection holds for an application that has not read it yet: the greatest window that is offered to the sender; 2 KiB to 1 GiB.',
      default: written(tcpDefaults.receiveBuffer, 'size'),
      standard: 'RFC 9293 §3.8.6',
      example: 'receive-buffer 64 KiB',
    },
  ),
};

/** What a block says of TCP; only what it says. */
export function tcpOf(block: GivenBlock<typeof tcpProperties>, site: Site): Partial<TcpSettings> {
  if (block.nagle?.SWITCH) site.program.packetsOnly.push({ property: 'nagle', at: site.place(site.property('nagle')) });
  return {
    ...(block.congestion ? { congestionControl: block.congestion.ALGORITHM } : {}),
    ...(block.sack ? { selectiveAcknowledgments: block.sack.SWITCH } : {}),
    ...(block.nagle ? { nagle: block.nagle.SWITCH } : {}),
    ...(block.receiveBuffer ? { receiveBuffer: block.receiveBuffer.SIZE } : {}),
  };
}

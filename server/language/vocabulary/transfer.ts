/** Plain transfers: bytes from one host to another, without any protocol above TCP but discard. */
import { host, size, subject } from '../entry.ts';
import type { Site } from '../site.ts';
import { step, timing } from './timing.ts';

/** Message protocols that views can be limited to. */
export const transferProtocols = ['discard'] as const;

export const transferVocabulary = [
  step({
    id: 'transfer',
    remembered: true,
    pattern: 'HOST transfers SIZE to RECEIVER',
    slots: { HOST: subject, SIZE: size({ minimum: 1, maximum: 2 ** 40, units: ['MB', 'kB', 'MiB'] }), RECEIVER: host },
    doc: 'The host sends so many bytes over a TCP connection to the discard service of the other, which reads them and throws them away. It is done when the receiver has the last byte and knows that it is the last.',
    standard: 'RFC 863',
    example: 'host pc, server\npc transfers 10 MB to server\nexpect transfer time of pc to server < 5 s',
    build(given, _block, site: Site) {
      const when = timing(given, site);
      const receiver = site.host(given.RECEIVER);
      if (!when || receiver === null) return;
      site.step(when, given.HOST, (sender) => {
        if (sender !== receiver) return { kind: 'transfer.send', from: sender, to: receiver, size: given.SIZE };
        site.report('self-transfer', given.RECEIVER, `\`${sender}\` cannot transfer to itself: name another host.`);
        return null;
      });
    },
  }),
];

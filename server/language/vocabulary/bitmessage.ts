/** Bitmessage: peers, and messages that go to all of them. */
import { utf8Octets } from '../../../engines/network/octets.ts';
import { DAY, MINUTE, SECOND } from '../../../engines/quantities.ts';
import { bitmessageDefaults } from '../defaults/bitmessage.ts';
import { count, duration, entry, host, list, type Name, property, subject, text } from '../entry.ts';
import { ownHost } from '../hosts.ts';
import type { Site } from '../site.ts';
import { written } from '../units.ts';
import { step, timing } from './timing.ts';

/** Message protocols that views can be limited to. */
export const bitmessageProtocols = ['bitmessage'] as const;

const LONGEST_TEXT = 200_000;

export const bitmessageVocabulary = [
  entry({
    id: 'bitmessage',
    role: 'declaration',
    pattern: 'bitmessage PEER',
    slots: { PEER: list(host) },
    properties: {
      work: property(
        'work N',
        { N: count({ minimum: 1, maximum: 50 }) },
        {
          doc: 'How many nonces a byte it tries, on average, for the proof of work of its messages, and asks of others’. The real network asks for 1000.',
          default: String(bitmessageDefaults.work),
          standard: 'Bitmessage protocol v3',
          example: 'work 2',
        },
      ),
      speed: property(
        'speed N',
        { N: count({ minimum: 1, maximum: 1e9 }) },
        {
          doc: 'How many nonces it tries in a second.',
          default: String(bitmessageDefaults.speed),
          example: 'speed 5000',
        },
      ),
      connections: property(
        'connections N',
        { N: count({ minimum: 1, maximum: 50 }) },
        {
          doc: 'To how many other peers it opens connections; others may open more to it.',
          default: String(bitmessageDefaults.connections),
          example: 'connections 2',
        },
      ),
    },
    doc: 'Makes hosts peers of the one Bitmessage network: each holds everybody’s messages, and can open those for itself alone. They know one another’s addresses and keys.',
    standard: 'Bitmessage protocol v3',
    example: 'host peer[1..5]\nbitmessage peer[1..5] { work 1 }\npeer[1] sends bitmessage "Lunch?" to peer[5]',
    build({ PEER }, block, site) {
      const { program } = site;
      for (const name of PEER) {
        const own = ownHost(name, site);
        if (own === null) return;
        const key = own.toLowerCase();
        if (!program.declareOnce(`bitmessage ${key}`, `Bitmessage peer \`${own}\``, site.place(name))) continue;
        program.bitmessagePeers.set(key, {
          kind: 'bitmessage.peer',
          host: own,
          work: block.work?.N ?? bitmessageDefaults.work,
          speed: block.speed?.N ?? bitmessageDefaults.speed,
          connections: block.connections?.N ?? bitmessageDefaults.connections,
          at: site.at,
        });
      }
    },
  }),
  step({
    id: 'send bitmessage',
    pattern: 'HOST sends bitmessage TEXT to RECEIVER',
    slots: { HOST: subject, TEXT: text, RECEIVER: host },
    properties: {
      expires: property(
        'expires TIME',
        { TIME: duration({ minimum: 5 * MINUTE, maximum: 28 * DAY, units: ['d', 'h', 'min'] }) },
        {
          doc: 'How long peers keep it. The longer, the more work.',
          default: written(bitmessageDefaults.lifetime, 'duration'),
          standard: 'Bitmessage protocol v3',
          example: 'expires 1 d',
        },
      ),
    },
    doc: 'A Bitmessage peer encrypts a text for another one, does the proof of work, and gives it to the network, which floods it to everybody. It is done when the recipient has opened it, or it has expired.',
    standard: 'Bitmessage protocol v3',
    example:
      'host peer[1..5]\nbitmessage peer[1..5]\npeer[1] sends bitmessage "Lunch?" to peer[5] { expires 1 h }\nexpect bitmessage time of peer[1] to peer[5] < 1 min',
    build(given, block, site) {
      const when = timing(given, site);
      const receiver = site.host(given.RECEIVER);
      if (!when || receiver === null) return;
      const octets = utf8Octets(given.TEXT);
      if (octets.length > LONGEST_TEXT) {
        site.report('expected', site.slot('TEXT'), `The text has ${octets.length} bytes; a message takes up to ${LONGEST_TEXT}.`);
        return;
      }
      checkPeer(given.RECEIVER, receiver, site);
      const time = block.expires?.TIME ?? bitmessageDefaults.lifetime;
      const lifetime = Math.round(time / SECOND) * SECOND;
      site.step(when, given.HOST, (sender) => {
        const name = given.HOST.find((one) => one.text.toLowerCase() === sender.toLowerCase()) ?? (given.HOST[0] as Name);
        checkPeer(name, sender, site);
        if (sender !== receiver) return { kind: 'bitmessage.send', from: sender, to: receiver, text: octets, lifetime };
        site.report('self-transfer', given.RECEIVER, `\`${sender}\` cannot write to itself: name another peer.`);
        return null;
      });
    },
  }),
];

/** Steps are built when all declarations are. */
function checkPeer(name: Name, peer: string, site: Site): void {
  const { program } = site;
  const declared = program.bitmessagePeers.get(peer.toLowerCase());
  if (declared) {
    program.checkAbove('Bitmessage peer', peer, declared.at, site.place(name));
    return;
  }
  site.report('not-a-bitmessage-peer', name, `\`${peer}\` is no Bitmessage peer.`, {
    fixes: [
      {
        title: `Declare Bitmessage peer \`${peer}\``,
        edits: [program.declarationEdit(`bitmessage ${peer}`, 'bitmessage', site)],
        preferred: true,
      },
    ],
  });
}

/** What stands between hosts: routers that translate addresses, and firewalls. */
import { IDLE_TIMEOUTS } from '../../../engines/network/middleboxes/session.ts';
import { DAY, SECOND } from '../../../engines/quantities.ts';
import { choice, duration, entry, host, list, optional, ports, property, repeated, wordChoice } from '../entry.ts';
import { ownHost } from '../hosts.ts';
import { declareFirewall, declareNat } from '../middleboxes.ts';
import { written } from '../units.ts';

const idle = duration({ minimum: SECOND, maximum: 100 * DAY, units: ['min', 's', 'h'] });
const transport = choice(['tcp', 'tcp'], ['udp', 'udp']);
const verdict = wordChoice('allow', 'block', 'reject');

export const middleboxVocabulary = [
  entry({
    id: 'nat',
    role: 'declaration',
    pattern: 'nat HOST',
    slots: { HOST: host },
    properties: {
      inside: repeated(
        'inside HOST',
        { HOST: list(host) },
        {
          doc: 'The hosts behind it. Their access links lead to the router (100 Mbps, 1 ms unless they say otherwise), and their addresses are private.',
          standard: 'RFC 1918',
          example: 'inside alice-pc, bob-tablet',
        },
      ),
      forward: repeated(
        'forward [TRANSPORT] PORTS to HOST [port INNER]',
        { TRANSPORT: optional(transport), PORTS: ports, HOST: host, INNER: optional(ports) },
        {
          doc: 'What comes for a port of the router goes to a host behind it, to the same port there or another one; of a range, `50000-50010`, each port to its own, from the one behind `port` on. TCP and UDP, unless one of them is named.',
          example: 'forward tcp 8080 to alice-pc port 80',
        },
      ),
      filtering: property(
        'filtering WHO',
        { WHO: wordChoice('endpoint-independent', 'address-dependent', 'address-and-port-dependent') },
        {
          doc: 'Who may send to a port that a host behind the router has sent from. `endpoint-independent`: anyone; `address-dependent`: hosts that it has sent to; `address-and-port-dependent`: these, from the ports that it has sent to.',
          default: 'address-and-port-dependent',
          standard: 'RFC 4787 §5',
          example: 'filtering endpoint-independent',
        },
      ),
      hairpinning: property(
        'hairpinning SWITCH',
        { SWITCH: choice(['on', true], ['off', false]) },
        {
          doc: 'Whether hosts behind the router reach one another by its address and a mapped port, too.',
          default: 'on',
          standard: 'RFC 4787 §6',
          example: 'hairpinning off',
        },
      ),
      unsolicited: property(
        'unsolicited FATE',
        { FATE: wordChoice('dropped', 'refused') },
        {
          doc: 'What becomes of what comes in without a mapping that lets it pass. `dropped`: nothing, so that the caller times out; `refused`: a TCP segment is answered with RST.',
          default: 'dropped',
          example: 'unsolicited refused',
        },
      ),
      udp: property(
        'timeout udp TIME',
        { TIME: idle },
        {
          doc: 'How long a UDP mapping lives without a datagram.',
          default: written(IDLE_TIMEOUTS.udp, 'duration'),
          standard: 'RFC 4787 §4.3',
          example: 'timeout udp 2 min',
        },
      ),
      established: property(
        'timeout established TIME',
        { TIME: idle },
        {
          doc: 'How long an open TCP connection’s mapping lives without a segment.',
          default: written(IDLE_TIMEOUTS.established, 'duration'),
          standard: 'RFC 5382 §5',
          example: 'timeout established 3 h',
        },
      ),
      transitory: property(
        'timeout transitory TIME',
        { TIME: idle },
        {
          doc: 'How long the mapping of a TCP connection lives that is about to open, or has ended.',
          default: written(IDLE_TIMEOUTS.transitory, 'duration'),
          standard: 'RFC 5382 §5',
          example: 'timeout transitory 4 min',
        },
      ),
    },
    blockRequired: true,
    doc: 'Makes the host a router that others stand behind: they reach the rest of the network by its address alone, each of their ports by one of its own (endpoint-independent mapping; a port is kept where it is free). Nobody outside can begin anything, unless a port is forwarded. It keeps up to 65,536 conversations; what would begin one more is dropped.',
    standard: 'RFC 4787, RFC 5382',
    example:
      'host alice-pc, bob-tablet, web\nnat home-router { inside alice-pc, bob-tablet  forward tcp 9 to alice-pc  filtering address-dependent }\nalice-pc transfers 1 MB to web\nweb transfers 1 MB to home-router\nexpect mappings of home-router = 1',
    build({ HOST }, block, site) {
      const own = ownHost(HOST, site);
      if (own === null || !site.program.declareOnce(`nat ${own.toLowerCase()}`, `NAT \`${own}\``, site.place(HOST))) return;
      declareNat(
        own,
        {
          inside: (block.inside ?? []).flatMap((given) => given.HOST),
          forwards: block.forward ?? [],
          filtering: block.filtering?.WHO ?? 'address-and-port-dependent',
          hairpinning: block.hairpinning?.SWITCH ?? true,
          unsolicited: block.unsolicited?.FATE ?? 'dropped',
          timeouts: {
            udp: block.udp?.TIME ?? IDLE_TIMEOUTS.udp,
            established: block.established?.TIME ?? IDLE_TIMEOUTS.established,
            transitory: block.transitory?.TIME ?? IDLE_TIMEOUTS.transitory,
          },
        },
        HOST,
        site,
      );
    },
  }),
  entry({
    id: 'firewall',
    role: 'declaration',
    pattern: 'firewall HOST',
    slots: { HOST: host },
    properties: {
      incoming: property(
        'VERDICT incoming',
        { VERDICT: verdict },
        {
          doc: 'What becomes of what comes in, belongs to nothing that the host has begun, and fits no rule. `allow`: it passes; `block`: dropped without a word; `reject`: a TCP segment is answered with RST.',
          default: 'block incoming; where all its rules block or reject, allow incoming',
          example: 'block incoming',
        },
      ),
      rule: repeated(
        'VERDICT WHAT [PORTS] [from SOURCE]',
        {
          VERDICT: verdict,
          WHAT: choice(['tcp', 'tcp'], ['udp', 'udp'], ['all', 'all']),
          PORTS: optional(list(ports)),
          SOURCE: optional(list(host)),
        },
        {
          doc: '`allow`, `block` or `reject` what comes in by `tcp`, `udp` or `all`, for some ports (`25`, `50000-50010`), or any, from some hosts, or anyone. Of several rules that fit, the first one counts.',
          example: 'allow tcp 25, 80 from mail.crepes.fr',
        },
      ),
    },
    doc: 'Puts a stateful packet filter in front of a host; in front of a NAT’s router, on its outer side. What the host sends goes out, and the answers come in; rules are about what others begin.',
    standard: 'RFC 2979',
    example:
      'host web, friend, stranger\nfirewall web { block incoming  allow tcp 9 from friend  allow tcp 80, 60000-60100 }\nfriend transfers 1 MB to web\nstranger transfers 1 MB to web\nexpect packets dropped by web > 0',
    build({ HOST }, block, site) {
      const rules = (block.rule ?? []).map(({ VERDICT, WHAT, PORTS, SOURCE }) => ({
        verdict: VERDICT,
        transport: WHAT === 'all' ? null : WHAT,
        ports: (PORTS ?? []).map(({ first, last }) => [first, last] as const),
        from: SOURCE ?? [],
      }));
      const lenient = rules.length > 0 && rules.every((rule) => rule.verdict !== 'allow');
      declareFirewall({ HOST, incoming: block.incoming?.VERDICT ?? (lenient ? 'allow' : 'block'), rules }, site);
    },
  }),
];

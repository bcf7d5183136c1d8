/** Access networks: hosts that reach one another without crossing the core. */
import { entry, host, list, repeated } from '../entry.ts';
import { ownHost } from '../hosts.ts';

export const accessNetworkVocabulary = [
  entry({
    id: 'isp',
    role: 'declaration',
    pattern: 'isp HOST',
    slots: { HOST: host },
    properties: {
      inside: repeated(
        'inside HOST',
        { HOST: list(host) },
        { doc: 'The hosts in it. Their access links lead to its router.', example: 'inside viewer[1..5], dns.isp.net' },
      ),
    },
    blockRequired: true,
    doc: 'Makes the host the router of an access network. The hosts in it reach one another by the router alone, and the rest of the network over the router’s own access link, which they share. Nothing is translated: each has its own address.',
    example:
      'host viewer[1..2] { latency 2 ms  down 50 Mbps }\nhost comcast { latency 15 ms  rate 1 Gbps }\nhost near { latency 1 ms }\nisp comcast { inside viewer[1..2], near }\nnear transfers 1 MB to viewer[1]\nexpect transfer time of near to viewer[1] < 500 ms',
    build({ HOST }, block, site) {
      const { program } = site;
      const router = ownHost(HOST, site);
      if (router === null || !program.declareOnce(`isp ${router.toLowerCase()}`, `Access network \`${router}\``, site.place(HOST))) return;
      const inside: string[] = [];
      program.accessNetworks.push({ kind: 'network.access-network', host: router, inside, at: site.at });
      site.later(() => {
        for (const name of (block.inside ?? []).flatMap((given) => given.HOST)) {
          const found = site.host(name);
          if (found === null) continue;
          const key = found.toLowerCase();
          if (found === router) site.report('two-access-networks', name, `\`${router}\` cannot be inside of itself.`);
          else if (program.declared.has(`isp ${key}`) || program.declared.has(`nat ${key}`))
            site.report('two-access-networks', name, `\`${found}\` is a router itself, and stands in no access network.`);
          else if (program.hosts.get(key)?.behind != null)
            site.report(
              'two-access-networks',
              name,
              `\`${found}\` is behind a NAT, whose router is all that could stand in an access network.`,
            );
          else if (program.accessNetworks.some((other) => other.inside.includes(found)))
            site.report('two-access-networks', name, `\`${found}\` stands in an access network already.`);
          else inside.push(found);
        }
      });
    },
  }),
];

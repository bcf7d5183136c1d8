/** One address for several hosts. */
import { address, entry, host, list, newHost, property } from '../entry.ts';
import { ownHost } from '../hosts.ts';

export const anycastVocabulary = [
  entry({
    id: 'anycast',
    role: 'declaration',
    pattern: 'anycast NAME on HOST',
    slots: { NAME: newHost, HOST: list(host) },
    properties: {
      address: property(
        'address ADDRESS',
        { ADDRESS: address },
        {
          doc: 'The IPv4 address that they share.',
          default: 'the address record in a declared zone, that of a root or top-level server of this name, or the next free one',
          example: 'address 198.41.0.4',
        },
      ),
    },
    doc: 'Several hosts share the address of one name server or resolver, and each runs its zones and services. A packet to that address reaches the nearest of them by latency that is up; a TCP connection stays where it began. Steps and expectations name the hosts.',
    standard: 'RFC 4786',
    example:
      'host west { latency 5 ms }\nhost east { latency 30 ms }\nhost pc\nzone example.org on ns.example.org { www A 192.0.2.80 }\nanycast ns.example.org on west, east\npc resolves www.example.org\nexpect queries at west = 1',
    build({ NAME, HOST }, block, site) {
      const { program } = site;
      const shared = ownHost(NAME, site);
      if (shared === null) return;
      const key = shared.toLowerCase();
      if (!program.declareOnce(`anycast ${key}`, `The shared address of \`${shared}\``, site.place(NAME))) return;
      const instances: string[] = [];
      for (const name of HOST) {
        const own = ownHost(name, site);
        if (own === null) return;
        if (own === shared) {
          site.report('shared-address', name, `\`${own}\` stands for the address; the hosts that share it have names of their own.`);
          return;
        }
        if (program.declareOnce(`instance ${own.toLowerCase()}`, `Where \`${own}\` answers`, site.place(name))) instances.push(own);
      }
      program.anycasts.set(key, { name: shared, instances, at: site.at });
      if (block.address) {
        const host = program.hosts.get(key)!;
        host.address = block.address.ADDRESS.text;
        host.addressAt = site.place(block.address.ADDRESS);
      }
      site.later(() => {
        const declaration = program.hosts.get(key)?.declaration;
        if (declaration) {
          site.report('shared-address', NAME, `\`${shared}\` is a host of its own; an address that hosts share needs no \`host\` line.`, {
            related: [{ ...declaration, message: 'It is declared here.' }],
          });
        }
        for (const instance of instances) {
          const host = program.hosts.get(instance.toLowerCase());
          if (host?.addressAt)
            program.report('shared-address', host.addressAt, `\`${instance}\` has the address of \`${shared}\`, and none of its own.`);
        }
        const mail = program.mailServers.get(key);
        if (mail?.at)
          program.report('shared-address', mail.at, `\`${shared}\` is an address that several hosts share; mailboxes lie on one of them.`);
      });
    },
  }),
];

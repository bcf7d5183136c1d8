/** The servers at the top of DNS. */
import { ROOT } from '../../../engines/dns/domain-name.ts';
import { ROOT_SERVERS } from '../defaults/top-level-servers.ts';
import { count, entry, property } from '../entry.ts';

const most = ROOT_SERVERS.length;

export const dnsRootsVocabulary = [
  entry({
    id: 'root',
    role: 'setting',
    pattern: 'root',
    properties: {
      servers: property(
        'servers COUNT',
        { COUNT: count({ minimum: 1, maximum: most }) },
        {
          doc: 'How many root servers there are: a.root-servers.net, b.root-servers.net and so on, at their real addresses. With more than one, a resolver first asks one of them for the list of all.',
          default: '1',
          standard: 'RFC 8109',
          example: 'servers 13',
        },
      ),
      generic: property(
        'generic COUNT',
        { COUNT: count({ minimum: 1, maximum: most }) },
        {
          doc: 'How many servers com and net have: a.gtld-servers.net, b.gtld-servers.net and so on, at their real addresses.',
          default: '1',
          example: 'generic 13',
        },
      ),
    },
    blockRequired: true,
    doc: 'The name servers at the top of the hierarchy.',
    standard: 'RFC 1034 §3.1',
    example: 'host pc\nroot { servers 13  generic 2 }\nzone amazon.com on ns.amazon.com\npc resolves amazon.com NS',
    build(_given, block, site) {
      const { program } = site;
      if (!program.declareOnce('root', 'The root', site.head, 'duplicate-setting')) return;
      program.rootServers.root = block.servers?.COUNT ?? 0;
      program.rootServers.generic = block.generic?.COUNT ?? 0;
      site.later(() => {
        const zone = program.zones.get(ROOT);
        if (block.servers && zone?.at)
          site.report('duplicate-declaration', site.property('servers'), 'Zone `.` says already which servers the root has.', {
            related: [{ ...zone.at, message: 'It is declared here.' }],
          });
      });
    },
  }),
];

/** Mail filters, and streams of made-up mail to try them on. */
import { messageOfText, messagesIn } from '../../../../engines/mail/filters/corpus.ts';
import { readBytePattern, readDigest, type Signature } from '../../../../engines/mail/filters/malware/signatures.ts';
import type { FilterAction, Training } from '../../../../engines/mail/filters/scenario.ts';
import { MILLISECOND, MINUTE } from '../../../../engines/quantities.ts';
import { filterDefaults } from '../../defaults/mail-filters.ts';
import {
  choice,
  count,
  domainName,
  duration,
  entry,
  fileName,
  host,
  list,
  mailAddress,
  type Name,
  optional,
  property,
  ratio,
  repeated,
  subject,
  text,
  wordChoice,
} from '../../entry.ts';
import { namedFile, namedFolder } from '../../files.ts';
import { ownHost } from '../../hosts.ts';
import { streamServer, usesMailbox } from '../../mail-message.ts';
import type { Site } from '../../site.ts';
import { plain } from '../../website.ts';
import { step, timing } from '../timing.ts';

const action = wordChoice('reject', 'junk', 'tag', 'off');
const disguise = ratio({ maximum: 0.5 });

export const mailFilterVocabulary = [
  entry({
    id: 'mailfilter',
    role: 'declaration',
    pattern: 'mailfilter HOST',
    slots: { HOST: host },
    properties: {
      spam: property(
        'spam ACTION [above SCORE]',
        { ACTION: action, SCORE: optional(ratio()) },
        {
          doc: 'What becomes of spam: `reject`: refused with 550 5.7.1 while the client waits; `junk`: put into the folder Junk; `tag`: marked in its subject; `off`: nobody looks. Spam is what has at least that score, from 0 (ham) to 100 %.',
          default: `spam ${filterDefaults.spam} above ${filterDefaults.threshold * 100} %`,
          standard: 'RFC 3463 §3.8',
          example: 'spam reject above 99 %',
        },
      ),
      learnMadeUp: repeated(
        'learn N messages [disguise SHARE]',
        { N: count({ minimum: 1, maximum: 5_000 }), SHARE: optional(disguise) },
        {
          doc: 'Trains the spam filter on so many made-up messages of ham and as many of spam. `disguise`: the share of sentences that they borrow from the other kind.',
          default: `${filterDefaults.training} messages, where nothing else is learnt; disguise ${filterDefaults.disguise * 100} %`,
          example: 'learn 200 messages',
        },
      ),
      learnTexts: repeated(
        'learn KIND TEXT',
        { KIND: wordChoice('ham', 'spam'), TEXT: list(text) },
        { doc: 'Trains the spam filter on texts, each a message.', example: 'learn spam "You have won", "Claim your prize"' },
      ),
      learnFiles: repeated(
        'learn KIND from FILE',
        { KIND: wordChoice('ham', 'spam'), FILE: fileName('.eml', '.mbox', '.txt', '/') },
        {
          doc: 'Trains the spam filter on real messages: a message file, an mbox, or, where the name ends with a slash, all files of a folder.',
          standard: 'RFC 4155',
          example: 'learn spam from "spam.mbox"',
        },
      ),
      malware: property(
        'malware ACTION',
        { ACTION: action },
        {
          doc: 'What becomes of a message with an attachment that has a signature of malware. EICAR’s test file is known; more by `signature`.',
          default: `malware ${filterDefaults.malware}`,
          example: 'malware junk',
        },
      ),
      signatureBytes: repeated(
        'signature NAME bytes PATTERN',
        { NAME: text, PATTERN: text },
        {
          doc: 'A run of bytes in hexadecimal by which malware is known, wherever in a file it stands; `??` is any byte.',
          example: 'signature "Worm" bytes "4d 5a ?? ?? de ad be ef"',
        },
      ),
      signatureDigest: repeated(
        'signature NAME sha256 DIGEST',
        { NAME: text, DIGEST: text },
        {
          doc: 'The SHA-256 of a whole file that is malware.',
          standard: 'FIPS 180-4',
          example: 'signature "Worm" sha256 "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"',
        },
      ),
      links: property(
        'links ACTION',
        { ACTION: action },
        {
          doc: 'What becomes of a message with a link that deceives: it shows another host than it leads to, looks like a protected domain, hides the host behind an `@`, leads to a bare address or to a blocked domain.',
          default: `links ${filterDefaults.links}`,
          example: 'links reject',
        },
      ),
      protect: repeated(
        'protect NAME',
        { NAME: list(domainName) },
        {
          doc: 'Domains that others like to pass for: links to what looks like one of them are told.',
          example: 'protect globalpay.example',
        },
      ),
      block: repeated(
        'block NAME',
        { NAME: list(domainName) },
        { doc: 'Domains that links may not lead to, with what is below them.', example: 'block evil.example' },
      ),
      blocklist: repeated(
        'blocklist ZONE [WHOM]',
        { ZONE: list(domainName), WHOM: optional(choice(['of links', 'links'], ['of clients', 'clients'])) },
        {
          doc: 'A block list in the DNS: of the addresses of clients, which are refused when they name a recipient, or of the domains that links lead to.',
          default: 'of clients',
          standard: 'RFC 5782',
          example: 'blocklist bl.example.org',
        },
      ),
    },
    doc: 'The filters of a mail server, for what it takes in for its own mailboxes: its words (spam), its attachments (malware), its links (phishing). All are on unless the block says `off`. Without it, nothing is filtered.',
    standard: 'RFC 5321 §7.9',
    example:
      'zone crepes.fr on ns.crepes.fr { @ MX 10 mail.crepes.fr }\nmailbox alice@crepes.fr on mail.crepes.fr\nmailfilter mail.crepes.fr { spam junk above 95 %  learn 200 messages disguise 20 %  protect globalpay.example }',
    build({ HOST }, block, site) {
      const { program } = site;
      const own = ownHost(HOST, site);
      if (own === null || !program.declareOnce(`mailfilter ${own.toLowerCase()}`, `The mail filter of \`${own}\``, site.place(HOST)))
        return;
      const training: Training[] = site
        .asWritten<{ readonly N?: number; readonly KIND?: 'ham' | 'spam' }>([
          ...(block.learnMadeUp ?? []),
          ...(block.learnTexts ?? []),
          ...(block.learnFiles ?? []),
        ])
        .flatMap((given) => trainingOf(given as Learning, site));
      const madeUp: Training = { kind: 'made up', messages: filterDefaults.training, disguise: filterDefaults.disguise };
      const lists = (whom: 'links' | 'clients') =>
        (block.blocklist ?? [])
          .filter(({ WHOM }) => (WHOM ?? 'clients') === whom)
          .flatMap(({ ZONE }) => ZONE.map((zone) => plain(zone.text)));
      const domains = (given: readonly { readonly NAME: readonly Name[] }[] | undefined) =>
        (given ?? []).flatMap(({ NAME }) => NAME.map((name) => plain(name.text)));
      const spam: FilterAction | 'off' = block.spam?.ACTION ?? filterDefaults.spam;
      const malware: FilterAction | 'off' = block.malware?.ACTION ?? filterDefaults.malware;
      const links: FilterAction | 'off' = block.links?.ACTION ?? filterDefaults.links;
      program.mailFilters.set(own.toLowerCase(), {
        kind: 'mail.filter',
        host: own,
        spam:
          spam === 'off'
            ? null
            : {
                action: spam,
                threshold: block.spam?.SCORE ?? filterDefaults.threshold,
                training: training.length > 0 ? training : [madeUp],
              },
        malware: malware === 'off' ? null : { action: malware, signatures: signaturesOf(block, site) },
        links:
          links === 'off'
            ? null
            : { action: links, protected: domains(block.protect), blocked: domains(block.block), lists: lists('links') },
        clientLists: lists('clients'),
        at: site.at,
      });
      if (block.spam?.ACTION === 'off' && training.length > 0) {
        site.report('without-effect', site.property('learn'), 'The spam filter is off: what it learns has no effect.');
      }
      site.later(() => {
        const serves =
          program.mailServers.has(own.toLowerCase()) || [...program.mailboxes.values()].some((mailbox) => mailbox.host === own);
        if (serves) return;
        site.report('not-a-mail-server', HOST, `\`${own}\` runs no mail server, so there is nothing to filter.`, {
          fixes: [
            {
              title: `Declare mail server \`${own}\``,
              edits: [program.declarationEdit(`mailserver ${own}`, 'mailserver', site)],
              preferred: true,
            },
          ],
        });
      });
    },
  }),
  step({
    id: 'send stream',
    pattern: 'HOST sends N KIND ( mails | mail ) from FROM to TO [via SERVER]',
    slots: {
      HOST: subject,
      N: count({ minimum: 1, maximum: 10_000 }),
      KIND: wordChoice('ham', 'spam', 'phishing', 'malware'),
      FROM: mailAddress,
      TO: list(mailAddress),
      SERVER: optional(host),
    },
    properties: {
      disguise: property(
        'disguise SHARE',
        { SHARE: disguise },
        {
          doc: 'Of ham and spam, the share of sentences, on the average, that a message borrows from the other kind. Some borrow none, some twice as many.',
          default: `${filterDefaults.disguise * 100} %`,
          example: 'disguise 20 %',
        },
      ),
      interval: property(
        'interval TIME',
        { TIME: duration({ minimum: MILLISECOND, maximum: 60 * MINUTE, units: ['s', 'ms'] }) },
        {
          doc: 'Between one message and the next, each over a connection of its own.',
          default: 'none, all over one connection',
          example: 'interval 2 s',
        },
      ),
    },
    doc: 'Sends made-up messages: what people write (`ham`), spam, phishing with deceiving links, or malware (EICAR’s harmless test file as an attachment). What each really is is known to the run alone, and counted against what the filters take it for. They go to the sender’s mail server if there is one, else, as spammers do it, straight to the recipients’. It is done when the fate of all is known.',
    standard: 'RFC 5321 §3.3',
    example:
      'zone crepes.fr on ns.crepes.fr { @ MX 10 mail.crepes.fr }\nmailbox alice@crepes.fr on mail.crepes.fr\nmailfilter mail.crepes.fr\nhost spammer\nspammer sends 20 spam mails from win@offers.example to alice@crepes.fr { disguise 20 %  interval 1 s }\nexpect false negatives of mail.crepes.fr < 10',
    build(given, block, site) {
      const when = timing(given, site);
      site.program.needsDns = true;
      const server = streamServer(given.FROM, given.TO, given.SERVER, site);
      for (const recipient of given.TO) usesMailbox(recipient, site);
      if (!when || server === null) return;
      const hard = given.KIND === 'ham' || given.KIND === 'spam';
      if (!hard && block.disguise) {
        site.report('without-effect', site.property('disguise'), 'Only ham and spam can be disguised as the other.');
      }
      site.step(when, given.HOST, (sender) => ({
        kind: 'mail.stream',
        host: sender,
        sample: given.KIND,
        messages: given.N,
        disguise: block.disguise?.SHARE ?? filterDefaults.disguise,
        interval: block.interval?.TIME ?? 0,
        from: given.FROM.text,
        to: given.TO.map((name) => name.text),
        server,
      }));
    },
  }),
];

type Learning =
  | { readonly N: number; readonly SHARE: number | null }
  | { readonly KIND: 'ham' | 'spam'; readonly TEXT: readonly string[] }
  | { readonly KIND: 'ham' | 'spam'; readonly FILE: Name };

function trainingOf(given: Learning, site: Site): Training[] {
  if ('N' in given) return [{ kind: 'made up', messages: given.N, disguise: given.SHARE ?? filterDefaults.disguise }];
  if ('TEXT' in given) return [{ kind: 'given', as: given.KIND, messages: given.TEXT.map(messageOfText) }];
  const { FILE, KIND } = given;
  const files = FILE.text.endsWith('/') ? namedFolder(FILE, site) : [namedFile(FILE, site)];
  if (!files) return [];
  const messages = files.flatMap((file) => (file ? messagesIn(file.bytes) : []));
  return [{ kind: 'given', as: KIND, messages }];
}

function signaturesOf(
  block: {
    readonly signatureBytes?: readonly { readonly NAME: string; readonly PATTERN: string }[];
    readonly signatureDigest?: readonly { readonly NAME: string; readonly DIGEST: string }[];
  },
  site: Site,
): Signature[] {
  const made = [
    ...(block.signatureBytes ?? []).map((given) => ({ given, read: readBytePattern(given.NAME, given.PATTERN) })),
    ...(block.signatureDigest ?? []).map((given) => ({ given, read: readDigest(given.NAME, given.DIGEST) })),
  ];
  return made.flatMap(({ given, read }) => {
    if (!('error' in read)) return [read];
    site.report('malformed-signature', site.placeOf(given) ?? site.property('signature'), `This is no signature: ${read.error}.`);
    return [];
  });
}

/**
 * The vocabulary: the one table of everything that can be said. A protocol adds its file's entries here, in one line.
 * Parser, checker, completion, hover, highlighting and the reference page all read it.
 */
import type { Entry, Property } from './entry.ts';
import { automaton, type State } from './pattern.ts';
import { accessNetworkVocabulary } from './vocabulary/access-networks.ts';
import { anycastVocabulary } from './vocabulary/anycast.ts';
import { bitmessageProtocols, bitmessageVocabulary } from './vocabulary/bitmessage.ts';
import { bittorrentProtocols, bittorrentVocabulary } from './vocabulary/bittorrent.ts';
import { cdnVocabulary } from './vocabulary/cdn.ts';
import { dashVocabulary } from './vocabulary/dash.ts';
import { dnsProtocols, dnsVocabulary } from './vocabulary/dns.ts';
import { dnsAttacksVocabulary } from './vocabulary/dns-attacks.ts';
import { dnsChangesVocabulary } from './vocabulary/dns-changes.ts';
import { dnsRootsVocabulary } from './vocabulary/dns-roots.ts';
import { dnsSecurityVocabulary } from './vocabulary/dns-security.ts';
import { everydayFirst } from './vocabulary/everyday.ts';
import { expectationsVocabulary } from './vocabulary/expectations.ts';
import { faultsVocabulary } from './vocabulary/faults.ts';
import { ftpProtocols, ftpVocabulary } from './vocabulary/ftp.ts';
import { httpProtocols, httpVocabulary } from './vocabulary/http.ts';
import { mailProtocols, mailVocabulary } from './vocabulary/mail.ts';
import { middleboxVocabulary } from './vocabulary/middleboxes.ts';
import { networkVocabulary } from './vocabulary/network.ts';
import { plotsVocabulary } from './vocabulary/plots.ts';
import { programVocabulary } from './vocabulary/program.ts';
import { streamingProtocols, streamingVocabulary } from './vocabulary/streaming.ts';
import { sweepsVocabulary } from './vocabulary/sweeps.ts';
import { tlsProtocols } from './vocabulary/tls.ts';
import { togetherVocabulary } from './vocabulary/together.ts';
import { transferProtocols, transferVocabulary } from './vocabulary/transfer.ts';
import { videoCodingVocabulary } from './vocabulary/video-coding.ts';

export const vocabulary: readonly Entry[] = [
  ...programVocabulary,
  ...networkVocabulary,
  ...middleboxVocabulary,
  ...accessNetworkVocabulary,
  ...anycastVocabulary,
  ...togetherVocabulary,
  ...faultsVocabulary,
  ...transferVocabulary,
  ...dnsVocabulary,
  ...dnsSecurityVocabulary,
  ...dnsAttacksVocabulary,
  ...dnsChangesVocabulary,
  ...dnsRootsVocabulary,
  ...mailVocabulary,
  ...bitmessageVocabulary,
  ...ftpVocabulary,
  ...httpVocabulary,
  ...bittorrentVocabulary,
  ...cdnVocabulary,
  ...dashVocabulary,
  ...videoCodingVocabulary,
  ...streamingVocabulary,
  ...expectationsVocabulary,
  ...plotsVocabulary,
  ...sweepsVocabulary,
];

/** Protocols that views can be limited to. */
export const protocols: readonly string[] = [
  ...dnsProtocols,
  ...mailProtocols,
  ...bitmessageProtocols,
  ...ftpProtocols,
  ...httpProtocols,
  ...bittorrentProtocols,
  ...tlsProtocols,
  ...transferProtocols,
  ...streamingProtocols,
];

/** All statements, merged; the words of a state are in the order of use. */
export const statementAutomaton: State<Entry> = automaton(everydayFirst(vocabulary));

const propertyAutomata = new Map<Entry, State<Property>>();

/** The properties of an entry's block, merged. */
export function propertyAutomaton(entry: Entry): State<Property> {
  let start = propertyAutomata.get(entry);
  if (!start) {
    start = automaton(Object.values(entry.properties ?? {}));
    propertyAutomata.set(entry, start);
  }
  return start;
}

/** Words that begin a declaration, setting, expectation or view, never a step: recovery looks for them at column 0. */
export const unindentedStarts: ReadonlySet<string> = new Set(
  vocabulary.filter((entry) => entry.role !== 'step').map((entry) => entry.pattern.split(' ')[0]!),
);

/** Words that begin a step: its timing, or a step without a subject. */
export const stepStarts: ReadonlySet<string> = new Set([...statementAutomaton.words.keys()].filter((word) => !unindentedStarts.has(word)));

/** Verbs that stand behind the subject of a step. */
export const stepVerbs: ReadonlySet<string> = new Set(statementAutomaton.slots.flatMap(({ to }) => [...to.words.keys()]));

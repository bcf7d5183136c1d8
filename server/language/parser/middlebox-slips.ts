/** Slips in the blocks of NATs and firewalls: habits from other firewalls’ rules. */
import { TokenKind } from '../scanner.ts';
import { oneOf } from '../spelling.ts';
import type { SyntaxFix } from '../syntax.ts';
import { replacement } from './reading.ts';
import type { Impasse, Slip } from './slips.ts';

/** Services by the names that firewalls know them by, as a rule writes them (IANA’s port numbers). */
const SERVICES: ReadonlyMap<string, string> = new Map([
  ['http', 'tcp 80'],
  ['https', 'tcp 443'],
  ['ftp', 'tcp 21'],
  ['ssh', 'tcp 22'],
  ['smtp', 'tcp 25'],
  ['dns', 'udp 53'],
  ['pop3', 'tcp 110'],
  ['imap', 'tcp 143'],
]);

const VERDICTS = new Set(['allow', 'block', 'reject', 'deny', 'drop', 'accept', 'permit']);
const OF_NAT = new Set(['inside', 'forward', 'filtering', 'hairpinning']);

/** `allow 21`, `block port 21`: whether by TCP or UDP is left out. */
export function portWithoutTransport({ state, blockOf, found, reading }: Impasse): Slip | null {
  if (blockOf?.id !== 'firewall' || found === null || !state.words.has('udp')) return null;
  const { start } = reading.scanner;
  const written = /^(?:ports?[ \t]+)?(\d[\d-]*(?:[ \t]*,[ \t]*\d[\d-]*)*)/.exec(reading.text.slice(start, start + 80));
  if (!written) return null;
  const range = { start, end: start + written[0].length };
  const fixes = ['tcp', 'udp'].map((transport) => replacement(range, `${transport} ${written[1]}`));
  const message = `In front of a port stands its transport: \`tcp ${written[1]}\` or \`udp ${written[1]}\`.`;
  return { range, code: 'expected', message, fixes };
}

/** `allow http`, `block icmp`, `block outgoing`. */
export function otherTraffic({ state, blockOf, found, reading }: Impasse): Slip | null {
  if (blockOf?.id !== 'firewall' || found === null || !state.words.has('udp') || !state.words.has('all')) return null;
  const { start, end } = reading.scanner;
  const range = { start, end };
  const word = found.toLowerCase();
  const service = SERVICES.get(word);
  if (service) {
    const message = `A rule names ports by their numbers: \`${service}\`.`;
    return { range, code: 'expected', message, fixes: [replacement(range, service)] };
  }
  if (word === 'icmp') {
    return { range, code: 'expected', message: 'There is no ICMP here: a rule is for `tcp`, `udp` or `all`.', fixes: [] };
  }
  if (!['outgoing', 'outbound', 'output'].includes(word)) return null;
  const message = 'What the host sends always goes out, and the answers come in: rules are about what others begin.';
  return { range, code: 'expected', message, fixes: [] };
}

/** `forward 21 to ftp-server:2121`. */
export function portBehindColon({ blockOf, node, found, reading }: Impasse): Slip | null {
  const { start } = reading.scanner;
  if (blockOf?.id !== 'nat' || found !== ':' || start !== node.start) return null;
  const written = /^:[ \t]*(\d[\d-]*)/.exec(reading.text.slice(start, start + 20));
  if (!written) return null;
  const range = { start, end: start + written[0].length };
  const message = `The port behind the NAT stands behind \`port\`: \`port ${written[1]}\`.`;
  return { range, code: 'expected', message, fixes: [replacement(range, ` port ${written[1]}`)] };
}

/** `allow` in a NAT, `forward` in a firewall; `allow tcp 21 to web`. */
export function propertyOfTheOther({ blockOf, node, found, reading }: Impasse): Slip | null {
  const { start, end, kind } = reading.scanner;
  if (found === null || kind !== TokenKind.word || start !== node.start) return null;
  const range = { start, end };
  const said = (message: string, fixes: readonly SyntaxFix[] = []): Slip => ({ range, code: 'unknown-property', message, fixes });
  if (blockOf?.id === 'nat' && VERDICTS.has(found)) {
    const fit = oneOf(['allow', 'block', 'reject'].map((word) => `\`${word}\``));
    return said(`A NAT has no rules: ${fit} stands in the block of a \`firewall\`, which may be the router’s, too.`);
  }
  if (blockOf?.id !== 'firewall') return null;
  if (OF_NAT.has(found)) return said(`\`${found}\` stands in the block of a \`nat\`.`);
  return found === 'to' ? said('A rule is about what comes to the firewall’s own host: nothing stands behind `to`.') : null;
}

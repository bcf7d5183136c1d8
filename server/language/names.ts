/** Gives names their values: ranges are expanded, and each name is checked by what its slot is for. */
import { parseName } from '../../engines/dns/domain-name.ts';
import { ipv4Bytes } from '../../engines/dns/ip-address.ts';
import { metrics } from '../../engines/metrics.ts';
import type { Name, Slot } from './entry.ts';
import { evaluate, kinds } from './evaluate.ts';
import { hostAddressProblem } from './host-address.ts';
import type { Site } from './site.ts';
import { shortened } from './spelling.ts';
import type { Expression, ListSyntax, NameSyntax } from './syntax.ts';

/** Names that one range stands for, at most. */
const MAXIMUM_NAMES = 100_000;

/** The names in a slot, or the one name where it takes one; null when they do not hold (reported). */
export function nameValue(slot: Slot<unknown>, syntax: NameSyntax | ListSyntax, site: Site): Name | readonly Name[] | null {
  const names: Name[] = [];
  if (syntax.kind === 'list') {
    for (const item of syntax.items) if (!expandName(item as NameSyntax, names, site)) return null;
  } else if (!expandName(syntax, names, site)) return null;
  for (const name of names) if (!checkName(slot, name, site)) return null;
  if (slot.count !== 'one') return names;
  if (names.length !== 1) {
    const { start, entry } = site.statement;
    const pooled = metrics.find(({ name, course }) => entry?.id === `expect ${name}` && course !== 'total');
    site.report(
      'one-name',
      syntax,
      `\`${syntax.kind === 'name' ? syntax.text : ''}\` stands for ${names.length} names, and one stands here, such as \`${names[0]!.text}\`.${pooled ? ` Of all of them there are statistics: \`expect mean ${pooled.name} …\`.` : ''}`,
      pooled ? { fixes: [{ title: 'Take the mean', edits: [{ start: start + 7, end: start + 7, text: 'mean ' }] }] } : {},
    );
    return null;
  }
  return names[0]!;
}

/** Adds the names that `peer[1..n]` stands for. */
function expandName(syntax: NameSyntax, into: Name[], site: Site): boolean {
  if (!syntax.indices) {
    into.push(syntax);
    return true;
  }
  let texts = [''];
  for (const index of syntax.indices) {
    const first = indexValue(index.first, site);
    const last = index.last ? indexValue(index.last, site) : first;
    if (first === null || last === null) return false;
    if (last < first || (last - first + 1) * texts.length > MAXIMUM_NAMES) {
      site.report(
        last < first ? 'range-descends' : 'range-too-large',
        index,
        last < first
          ? `The range goes from ${first} down to ${last}; write the smaller index first.`
          : `The range stands for ${last - first + 1} names; at most ${MAXIMUM_NAMES} are allowed.`,
        last < first && index.last
          ? {
              fixes: [
                {
                  title: 'Swap the indices',
                  edits: [
                    { start: index.first.start, end: index.first.end, text: String(last) },
                    { start: index.last.start, end: index.last.end, text: String(first) },
                  ],
                },
              ],
            }
          : {},
      );
      return false;
    }
    const longer: string[] = [];
    for (const text of texts) for (let i = first; i <= last; i++) longer.push(`${text}${index.before}${i}${index.after}`);
    texts = longer;
  }
  for (const text of texts) into.push(site.placing({ text }, syntax));
  return true;
}

function indexValue(expression: Expression, site: Site): number | null {
  const value = evaluate(expression, site);
  if (value === null) return null;
  if (value.dimension !== 'number') {
    site.report('wrong-dimension', expression, `An index is a whole number; this is ${kinds[value.dimension]}.`);
    return null;
  }
  if (!Number.isInteger(value.number)) {
    site.report('not-whole', expression, `An index is a whole number; this is ${value.number}.`);
    return null;
  }
  if (value.number < 0 || value.number > 1e9) {
    site.report('out-of-range', expression, `An index is 0 to 1,000,000,000; this is ${value.number}.`);
    return null;
  }
  return value.number;
}

function checkName(slot: Slot<unknown>, name: Name, site: Site): boolean {
  switch (slot.meaning) {
    case 'new-zone':
    case 'domain-name': {
      if (name.text.includes('@')) {
        site.report('malformed-name', name, `\`${name.text}\` is a mail address; a domain name has no @.`, {
          fixes: [
            {
              title: 'Keep the domain',
              edits: [{ start: name.start, end: name.end, text: name.text.slice(name.text.lastIndexOf('@') + 1) }],
            },
          ],
        });
        return false;
      }
      const parsed = parseName(name.text);
      if (parsed.ok) return true;
      site.report('malformed-name', name, `\`${shortened(name.text)}\` is no domain name: ${parsed.error}.`);
      return false;
    }
    case 'new-mailbox':
    case 'mail-address': {
      const domain = name.text.slice(name.text.lastIndexOf('@') + 1);
      const known = site.program.goodDomains.has(domain);
      const why = mailAddressProblem(name.text, known);
      if (why === null) {
        if (!known) site.program.goodDomains.add(domain);
        return true;
      }
      site.report('malformed-mail-address', name, `\`${shortened(name.text)}\` is no mail address: ${why}.`);
      return false;
    }
    case 'address':
      if (ipv4Bytes(name.text)) return checkHostAddress(name, site);
      site.report(
        'malformed-address',
        name,
        `\`${shortened(name.text)}\` is no IPv4 address: write four numbers from 0 to 255, such as 10.0.0.7.`,
      );
      return false;
    case 'header-name':
      if (/^[!-9;-~]+$/.test(name.text)) return true;
      site.report(
        'malformed-header',
        name,
        `\`${shortened(name.text)}\` is no header field’s name: it has printable ASCII characters without a colon (RFC 5322 §2.2).`,
      );
      return false;
    case 'new-parameter':
    case 'new-film': {
      const why = parameterNameProblem(name.text);
      if (why === null) return true;
      const what = slot.meaning === 'new-film' ? 'film' : 'parameter';
      site.report('malformed-name', name, `\`${shortened(name.text)}\` cannot name a ${what}: ${why}.`);
      return false;
    }
    case 'new-torrent':
      if (/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(name.text)) return true;
      site.report(
        'malformed-name',
        name,
        `\`${shortened(name.text)}\` cannot name a torrent: it has up to 100 letters, digits, dots, _ and -, and begins with none of the last three but _.`,
      );
      return false;
    default:
      return true;
  }
}

function checkHostAddress(name: Name, site: Site): boolean {
  const why = hostAddressProblem(name.text);
  if (why !== null) site.report('not-a-host-address', name, `\`${name.text}\` ${why}.`);
  return why === null;
}

/** Why a text cannot name a parameter; null when it can. */
export function parameterNameProblem(text: string): string | null {
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(text) ? null : 'it begins with a letter, and has letters, digits, _ and -';
}

/** Why a text is no mail address (RFC 5321 §4.1.2, §4.5.3.1); null when it is one. The domain's check can be spared. */
export function mailAddressProblem(text: string, domainIsGood = false): string | null {
  const at = text.lastIndexOf('@');
  if (at < 0) return 'it has no @; one reads ann@example.org';
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  if (local === '') return 'nothing stands before its @';
  if (domain === '') return 'nothing stands behind its @';
  if (local.includes('@')) return 'it has two @';
  if (local.length > 64) return 'the part before the @ is longer than 64 characters';
  if (local.startsWith('.') || local.endsWith('.') || local.includes('..'))
    return 'its local part begins or ends with a dot, or has two in a row';
  if (!/^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+$/.test(local)) return 'its local part has a character that is not allowed there';
  if (domainIsGood) return null;
  if (domain.endsWith('.')) return 'its domain ends with a dot; leave the dot out';
  const parsed = parseName(domain);
  return parsed.ok ? null : parsed.error;
}

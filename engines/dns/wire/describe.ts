/** One line for a message's arrow, in the words of the textbook. */
import { keyFlags, keyTag } from '../dnssec/keys.ts';
import { displayName } from '../domain-name.ts';
import { presentation } from '../presentation.ts';
import type { ResourceRecord } from '../records.ts';
import { IN, type Message, type Question } from './message.ts';

/** Records named in a label; the rest is counted. */
const SHOWN = 4;

/**
 * `gaia.cs.umass.edu A?`, `gaia.cs.umass.edu A?, EDNS up to 1232 B`, `gaia.cs.umass.edu A 128.119.245.12`, `referral: edu NS a.edu-servers.net`, `NXDOMAIN`, `no MX record`.
 * With DNSSEC: `gaia.cs.umass.edu A?, DO`, `gaia.cs.umass.edu A 128.119.245.12, signed`, `referral: edu NS a.edu-servers.net, edu DS key 4711, signed`.
 */
export function describe(message: Message): string {
  const question = message.questions[0];
  if (!message.response) return question && message.opcode === 'QUERY' ? questionText(question) + ednsText(message) : message.opcode;
  const answers = message.answers.length > 0 ? recordsText(message.answers) + securityText(message, message.answers) : '';
  if (message.responseCode !== 'NOERROR') {
    const code = message.responseCode + (answers === '' ? securityText(message, message.authorities) : '');
    return answers === '' ? code : `${answers}, ${code}`;
  }
  if (message.truncated) return answers === '' ? 'truncated' : `truncated: ${answers}`;
  if (answers !== '') return answers;
  const referral = message.authorities.filter((record) => record.data.type === 'NS');
  if (referral.length > 0 && !message.authoritative) {
    const ds = message.authorities.filter((record) => record.data.type === 'DS');
    const unsigned = ds.length === 0 && message.authorities.some((record) => record.data.type === 'NSEC') ? ', no DS' : '';
    return `referral: ${recordsText([...referral, ...ds])}${unsigned}${securityText(message, message.authorities)}`;
  }
  return (question ? `no ${question.type} record` : 'empty') + securityText(message, message.authorities);
}

export function questionText(question: Question): string {
  const klass = question.class === undefined || question.class === IN ? '' : `CLASS${question.class} `;
  return `${displayName(question.name)} ${klass}${question.type}?`;
}

function ednsText({ edns, checkingDisabled }: Message): string {
  const options = edns?.dnssecOk ? ', DO' : edns ? `, EDNS up to ${edns.payload} B` : '';
  return options + (checkingDisabled ? ', CD' : '');
}

/** `, signed`: with signatures in that section; `, validated`: AD. */
function securityText(message: Message, section: readonly ResourceRecord[]): string {
  return (section.some((record) => record.data.type === 'RRSIG') ? ', signed' : '') + (message.authenticData ? ', validated' : '');
}

/** Records of one owner and type share their name: `ibm.com A 192.0.2.1, 192.0.2.2`. */
function recordsText(all: readonly ResourceRecord[]): string {
  const others = all.filter((record) => record.data.type !== 'RRSIG');
  // Who asks for signatures alone sees them.
  const records = others.length > 0 ? others : all;
  let text = '';
  let before: ResourceRecord | undefined;
  for (const record of records.slice(0, SHOWN)) {
    const data = dataText(record);
    if (before && before.name === record.name && before.data.type === record.data.type) text += `, ${data}`;
    else text += `${text === '' ? '' : ', '}${displayName(record.name)} ${record.data.type} ${data}`;
    before = record;
  }
  return records.length > SHOWN ? `${text} and ${records.length - SHOWN} more` : text;
}

function dataText(record: ResourceRecord): string {
  const { data } = record;
  // Keys are told apart by their tags; their bytes are for the inspector.
  if (data.type === 'DNSKEY') return `${(data.flags & keyFlags.secureEntryPoint) !== 0 ? 'KSK' : 'ZSK'} ${keyTag(data)}`;
  if (data.type === 'DS') return `key ${data.keyTag}`;
  const text = presentation(record.data, displayName);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

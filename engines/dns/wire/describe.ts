/** One line for a message's arrow, in the words of the textbook. */
import { keyText } from '../dnssec/keys.ts';
import { canonical, displayName } from '../domain-name.ts';
import { presentation } from '../presentation.ts';
import { typeName, typeNumber } from '../record-format.ts';
import type { ResourceRecord } from '../records.ts';
import { IN, type Message, NONE, type Question, type WireRecord } from './message.ts';

/** Records named in a label; the rest is counted. */
const SHOWN = 4;

/**
 * `gaia.cs.umass.edu A?`, `gaia.cs.umass.edu A?, EDNS up to 1232 B`, `gaia.cs.umass.edu A 128.119.245.12`, `referral: edu NS a.edu-servers.net`, `NXDOMAIN`, `no MX record`.
 * With DNSSEC: `gaia.cs.umass.edu A?, DO`, `gaia.cs.umass.edu A 128.119.245.12, signed`, `referral: edu NS a.edu-servers.net, edu DS key 4711, signed`.
 */
export function describe(message: Message): string {
  const question = message.questions[0];
  if (message.opcode === 'UPDATE') return updateText(message);
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

function questionText(question: Question): string {
  const klass = question.class === undefined || question.class === IN ? '' : `CLASS${question.class} `;
  return `${displayName(question.name)} ${klass}${question.type}?`;
}

/** `update amazon.com: www.amazon.com A 10.0.0.9`, `update com: no www.com A`, and the outcome of one. */
function updateText(message: Message): string {
  if (message.response) return message.responseCode === 'NOERROR' ? 'updated' : message.responseCode;
  const zone = message.questions[0];
  const added = message.authorities.filter((record) => (record.class ?? IN) === IN);
  // A set that is deleted to be replaced goes without saying.
  const removed = message.authorities.filter((record) => !added.includes(record) && !added.some((other) => deletes(record, other)));
  const texts = removed.map((record) => {
    if (record.class === NONE) return `without ${displayName(record.name)} ${record.data.type} ${dataText(record)}`;
    const type = typeWithoutData(record);
    return `no ${displayName(record.name)}${type === 'ANY' ? '' : ` ${type}`}`;
  });
  if (added.length > 0) texts.push(recordsText(added));
  return `update ${zone ? displayName(zone.name) : ''}: ${texts.length > 0 ? texts.join(', ') : 'nothing'}`;
}

function deletes(deletion: WireRecord, record: WireRecord): boolean {
  return canonical(deletion.name) === canonical(record.name) && typeWithoutData(deletion) === record.data.type;
}

/** A record without data keeps the number of its type only. */
function typeWithoutData({ data }: WireRecord): string {
  return typeName(typeNumber(data.type) ?? 0);
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
  const text = keyText(record.data) ?? presentation(record.data, displayName);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

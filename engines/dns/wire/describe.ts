/** One line for a message's arrow, in the words of the textbook. */
import { displayName } from '../domain-name.ts';
import { presentation } from '../presentation.ts';
import type { ResourceRecord } from '../records.ts';
import { IN, type Message, type Question } from './message.ts';

/** Records named in a label; the rest is counted. */
const SHOWN = 4;

/** `gaia.cs.umass.edu A?`, `gaia.cs.umass.edu A?, EDNS up to 1232 B`, `gaia.cs.umass.edu A 128.119.245.12`, `referral: edu NS a.edu-servers.net`, `NXDOMAIN`, `no MX record`. */
export function describe(message: Message): string {
  const question = message.questions[0];
  if (!message.response) return question && message.opcode === 'QUERY' ? questionText(question) + ednsText(message) : message.opcode;
  const answers = message.answers.length > 0 ? recordsText(message.answers) : '';
  if (message.responseCode !== 'NOERROR') return answers === '' ? message.responseCode : `${answers}, ${message.responseCode}`;
  if (message.truncated) return answers === '' ? 'truncated' : `truncated: ${answers}`;
  if (answers !== '') return answers;
  const referral = message.authorities.filter((record) => record.data.type === 'NS');
  if (referral.length > 0 && !message.authoritative) return `referral: ${recordsText(referral)}`;
  return question ? `no ${question.type} record` : 'empty';
}

export function questionText(question: Question): string {
  const klass = question.class === undefined || question.class === IN ? '' : `CLASS${question.class} `;
  return `${displayName(question.name)} ${klass}${question.type}?`;
}

function ednsText({ edns }: Message): string {
  return edns ? `, EDNS up to ${edns.payload} B` : '';
}

/** Records of one owner and type share their name: `ibm.com A 192.0.2.1, 192.0.2.2`. */
function recordsText(records: readonly ResourceRecord[]): string {
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
  const text = presentation(record.data, displayName);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** A mail server's filters from end to end: what they do to messages on the wire. */
import { describe, expect, test } from 'vitest';
import type { Host } from '../../network/host.ts';
import type { Run } from '../../run.ts';
import type { Action } from '../../scenario.ts';
import { simulate } from '../../simulation.ts';
import { composeMessage } from '../message/composition.ts';
import { decodeMessage } from '../message/message-format.ts';
import { joined, writeEntity } from '../message/mime-writer.ts';
import { aliceSends, mailScenario } from '../scenario-for-tests.ts';
import { FilterObserver } from './filter-observer.ts';
import { MailFilter } from './mail-filter.ts';
import { EICAR } from './malware/signatures.ts';
import type { FilterAction, MailFilterService, StreamAction } from './scenario.ts';

const OFF: MailFilterService = {
  kind: 'mail.filter',
  host: 'mail.hamburger.edu',
  spam: null,
  malware: null,
  links: null,
  clientLists: [],
  at: null,
};
const LEARNT = composeMessage(
  { kind: 'parts', subject: 'Winner', headers: [], body: 'claim your prize money' },
  { from: 'x@y.example', to: [], date: '', messageId: '<1@y>' },
  'extended',
);
const WANTED = LEARNT.replace('Winner', 'Lecture').replace('claim your prize money', 'do you like ketchup how about pickles');

const spamFilter = (action: FilterAction): MailFilterService => ({
  ...OFF,
  spam: {
    action,
    threshold: 0.9,
    training: [
      { kind: 'given', as: 'spam', messages: [LEARNT, LEARNT, LEARNT] },
      { kind: 'given', as: 'ham', messages: [WANTED, WANTED, WANTED] },
    ],
  },
});
const links = (action: FilterAction, more: Partial<MailFilterService['links'] & object> = {}): MailFilterService => ({
  ...OFF,
  links: { action, protected: [], blocked: [], lists: [], ...more },
});
const malware = (action: FilterAction): MailFilterService => ({ ...OFF, malware: { action, signatures: [] } });

function run(filter: MailFilterService, steps: readonly Action[], more: Partial<Parameters<typeof mailScenario>[0]> = {}): Run {
  const scenario = mailScenario({ dialect: 'extended', steps, ...more });
  return simulate({ ...scenario, services: [...scenario.services, filter] });
}

/** Entries of a host's store at the end, `key: value`. */
function stored(run: Run, store: string): string[] {
  const found = new Map<string, string | null>();
  for (let i = 0; i < run.states.rows; i++) {
    if (run.strings[run.states.store[i] as number] !== store) continue;
    const value = run.states.value[i] as number;
    found.set(run.strings[run.states.key[i] as number] as string, value < 0 ? null : (run.strings[value] as string));
  }
  return [...found].filter(([, value]) => value !== null).map(([key, value]) => `${key}: ${value}`);
}

/** What Bob's server said. */
const replies = (run: Run): string[] => {
  const found: string[] = [];
  for (let i = 0; i < run.messages.rows; i++) {
    const from = run.hosts[run.messages.from[i] as number]?.name;
    if (from === 'mail.hamburger.edu' && run.strings[run.messages.kind[i] as number] === 'reply') {
      found.push(run.strings[run.messages.label[i] as number] as string);
    }
  }
  return found;
};

const SPAM = { subject: 'Winner', body: 'claim your prize money' };
const html = (body: string): Action =>
  aliceSends(
    ['bob@hamburger.edu'],
    {},
    { message: { kind: 'octets', octets: `Subject: Hi\r\nContent-Type: text/html\r\n\r\n${body}\r\n` } },
  );
const attached = (octets: string): Action => {
  const attachment = {
    type: 'application/octet-stream',
    disposition: { kind: 'attachment' as const, fileName: 'a.com' },
    content: { octets },
  };
  const draft = { type: 'multipart/mixed', content: { parts: [{ type: 'text/plain', content: { octets: 'Hi.\r\n' } }, attachment] } };
  return aliceSends(
    ['bob@hamburger.edu'],
    {},
    { message: { kind: 'octets', octets: `Subject: Invoice\r\n${joined(writeEntity(draft))}` } },
  );
};

describe('what becomes of spam', () => {
  test('reject: 550 5.7.1 behind the content, and its sender is told', () => {
    const result = run(spamFilter('reject'), [aliceSends(['bob@hamburger.edu'], SPAM)]);
    expect(replies(result)).toContain('550 5.7.1 Message refused as spam');
    expect(result.steps[0]?.outcome).toMatch(/^bounced: 550 5\.7\.1 Message refused as spam/);
    expect(stored(result, 'mailbox bob@hamburger.edu')).toEqual([]);
    expect(stored(result, 'mailbox alice@crepes.fr')).toHaveLength(1);
  });
  test('junk: into a folder of its own', () => {
    const result = run(spamFilter('junk'), [aliceSends(['bob@hamburger.edu'], SPAM)]);
    expect(result.steps[0]?.succeeded).toBe(true);
    expect(stored(result, 'mailbox bob@hamburger.edu')).toEqual([]);
    expect(stored(result, 'mailbox bob@hamburger.edu Junk')).toEqual(['1: from alice@crepes.fr: Winner']);
  });
  test('tag: its subject says so', () => {
    const result = run(spamFilter('tag'), [aliceSends(['bob@hamburger.edu'], SPAM)]);
    expect(stored(result, 'mailbox bob@hamburger.edu')).toEqual(['1: from alice@crepes.fr: [SPAM] Winner']);
  });
  test('the words that decided it are told', () => {
    const [told] = stored(run(spamFilter('junk'), [aliceSends(['bob@hamburger.edu'], SPAM)]), 'mail filter');
    expect(told).toMatch(/^message 1: spam · 9\d\.?\d* % · /);
    for (const word of ['claim', 'prize', 'money', 'subject:winner', 'your']) expect(told).toContain(`${word} 0.`);
  });
  test('what is wanted passes', () => {
    const result = run(spamFilter('reject'), [aliceSends(['bob@hamburger.edu'])]);
    expect(stored(result, 'mailbox bob@hamburger.edu')).toEqual(['1: from alice@crepes.fr: Condiments']);
  });
  test('what users of its own send elsewhere is not judged', () => {
    const result = run({ ...spamFilter('reject'), host: 'mail.crepes.fr' }, [aliceSends(['bob@hamburger.edu'], SPAM)]);
    expect(result.steps[0]?.succeeded).toBe(true);
  });
});

test('X-Spam-Status is the filter’s own', () => {
  const host = { name: 'mail', narrator: { state() {}, note() {}, measure() {} } } as unknown as Host;
  const filter = new MailFilter(host, spamFilter('tag'), 1, new FilterObserver());
  const octets = 'Subject: Winner\r\nX-Spam-Status: No, score=0.000\r\nx-spam-status: No\r\n\r\nclaim your prize money\r\n';
  const { value } = filter.judge(octets).next();
  const { fields } = decodeMessage((value as { content: string }).content);
  expect(fields.map(({ name, value }) => `${name}: ${value}`)).toEqual([
    expect.stringMatching(/^X-Spam-Status: Yes, score=0\.9\d\d required=0\.900$/),
    'Subject: [SPAM] Winner',
  ]);
});

describe('malware', () => {
  test('is refused', () => {
    const result = run(malware('reject'), [attached(EICAR)]);
    expect(replies(result)).toContain('550 5.7.1 Message refused as malware');
    expect(stored(result, 'mail filter')).toEqual(['message 1: malware · EICAR-Test-File in a.com']);
  });
  test('a harmless attachment passes', () => {
    expect(run(malware('reject'), [attached('MZ harmless')]).steps[0]?.succeeded).toBe(true);
  });
});

describe('phishing links', () => {
  const deceiving = html('<a href="http://evil.example/">https://www.globalpay.example/</a>');
  test('are marked, and the message says why', () => {
    const result = run(links('tag'), [deceiving]);
    expect(stored(result, 'mailbox bob@hamburger.edu')).toEqual(['1: from alice@crepes.fr: [PHISHING] Hi']);
    expect(stored(result, 'mail filter')).toEqual(['message 1: phishing · shows www.globalpay.example, leads to evil.example']);
  });
  test('honest ones pass', () => {
    expect(run(links('reject'), [html('<a href="http://www.example.org/">Read on</a>')]).steps[0]?.succeeded).toBe(true);
  });
  test('a domain on a block list in the DNS', () => {
    const listed = { name: 'evil.example.dbl.example.org.', ttl: 60, data: { type: 'A' as const, address: '127.0.0.2' } };
    const blocking = links('reject', { lists: ['dbl.example.org'] });
    const step = html('<a href="http://www.evil.example/">Read on</a>');
    expect(run(blocking, [step], { records: [listed] }).steps[0]?.outcome).toContain('550 5.7.1 Message refused as phishing');
    expect(run(blocking, [step]).steps[0]?.succeeded).toBe(true);
  });
  test('no more than 20 domains of a message are asked about', () => {
    const links20 = Array.from({ length: 30 }, (_, i) => `<a href="http://x${i}.example/">Read on</a>`).join(' ');
    const { messages, strings } = run(links('reject', { lists: ['dbl.example.org'] }), [html(links20)]);
    const asked = new Set(
      Array.from(messages.label, (label) => strings[label] as string).filter((label) => /dbl.example.org A\?$/.test(label)),
    );
    expect([...asked]).toEqual(Array.from({ length: 20 }, (_, i) => `x${i}.example.dbl.example.org A?`));
  });
});

describe('clients on a block list', () => {
  const filter: MailFilterService = { ...OFF, clientLists: ['bl.example.org'] };
  // mail.crepes.fr is 10.0.0.3 here; RFC 5782 §2.1 reverses it.
  const listing = (address: string) => ({ name: '3.0.0.10.bl.example.org.', ttl: 60, data: { type: 'A' as const, address } });
  test('are refused at RCPT', () => {
    const result = run(filter, [aliceSends(['bob@hamburger.edu'])], { records: [listing('127.0.0.2')] });
    expect(replies(result).join('; ')).toContain('550 5.7.1 Service unavailable; client host [10.0.0.3] blocked using bl.example.org');
    expect(result.steps[0]?.succeeded).toBe(false);
  });
  test('an answer outside of 127.0.0.0/8 lists nobody', () => {
    expect(run(filter, [aliceSends(['bob@hamburger.edu'])], { records: [listing('10.1.1.1')] }).steps[0]?.succeeded).toBe(true);
  });
});

describe('a stream of made-up mail', () => {
  const stream = (sample: StreamAction['sample'], messages: number, more: Partial<StreamAction> = {}): StreamAction => ({
    kind: 'mail.stream',
    host: 'alice-pc',
    sample,
    messages,
    disguise: 0.1,
    interval: 0,
    from: 'win@offers.example',
    to: ['bob@hamburger.edu'],
    server: 'mail.hamburger.edu',
    ...more,
  });
  const filter: MailFilterService = {
    ...OFF,
    spam: { action: 'reject', threshold: 0.9, training: [{ kind: 'made up', messages: 100, disguise: 0.1 }] },
    malware: { action: 'reject', signatures: [] },
    links: { action: 'reject', protected: ['globalpay.example'], blocked: [], lists: [] },
  };
  const value = (result: Run, metric: string) => result.series.find((one) => one.metric === metric)?.values.at(-1);

  test('is told apart, and the matrix adds up', () => {
    const result = run(filter, [stream('spam', 60), stream('ham', 40)]);
    const [found, missed] = [value(result, 'true positives') ?? 0, value(result, 'false negatives') ?? 0];
    const [passed, wronged] = [value(result, 'true negatives') ?? 0, value(result, 'false positives') ?? 0];
    expect([found + missed, passed + wronged]).toEqual([60, 40]);
    expect(found).toBeGreaterThan(45);
    expect(wronged).toBeLessThan(3);
    expect(value(result, 'recall')).toBeCloseTo(found / 60, 12);
    expect(value(result, 'precision')).toBeCloseTo(found / (found + wronged), 12);
    expect(value(result, 'false positive rate')).toBeCloseTo(wronged / 40, 12);
    // What the matrix says is what happened on the wire.
    expect(replies(result).filter((reply) => reply.startsWith('550 5.7.1'))).toHaveLength(found + wronged);
    expect(stored(result, 'mailbox bob@hamburger.edu')).toHaveLength(missed + passed);
    expect(result.steps.map(({ outcome }) => outcome)).toEqual([
      `60 messages sent, ${missed} delivered`,
      `40 messages sent, ${passed} delivered`,
    ]);
  });
  test('phishing and malware are found one and all', () => {
    const result = run(filter, [stream('phishing', 20), stream('malware', 5)]);
    expect([value(result, 'true positives'), value(result, 'false negatives')]).toEqual([25, 0]);
  });
  test('an interval puts the messages on connections of their own', () => {
    const result = run(filter, [stream('ham', 3, { interval: 2e9 })]);
    const greetings = replies(result).filter((reply) => reply.startsWith('220'));
    expect(greetings).toHaveLength(3);
    expect(result.steps[0]?.endedAt).toBeGreaterThan(4e9);
  });
  test('same seed, same run', () => {
    const twice = [1, 2].map(() => run(filter, [stream('spam', 5), stream('ham', 5)]).fingerprint);
    expect(twice[0]).toBe(twice[1]);
  });
  test('a mail server that is not there', () => {
    const result = run(filter, [stream('spam', 2, { server: 'mail.nowhere.example' })]);
    expect(result.steps[0]?.succeeded).toBe(false);
  });
});

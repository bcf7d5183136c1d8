import { describe, expect, test } from 'vitest';
import { randomStream } from '../kernel/random.ts';
import { readMasterFile } from './master-file/master-file.ts';
import { presentation } from './presentation.ts';
import { AnswerOrder, type RecordOrder } from './record-order.ts';
import { type Message, query, response } from './wire/message.ts';

const { records } = readMasterFile(
  `$TTL 60
www CNAME web
web A 192.0.2.1
web A 192.0.2.2
web A 192.0.2.3
web RRSIG A 13 2 60 20270101000000 20260101000000 1 @ AAAA
web RRSIG AAAA 13 2 60 20270101000000 20260101000000 1 @ AAAA`,
  { origin: 'example.' },
);
const message: Message = response(query(1, { name: 'www.example.', type: 'A' }, true), 'NOERROR', {
  answers: records,
  authorities: records,
});

/** The addresses of so many answers in a row, by their last number, with everything else as it is. */
function given(order: RecordOrder, times: number): string[] {
  const answers = new AnswerOrder(order, randomStream(1, 'order'));
  return Array.from({ length: times }, () => {
    const { answers: rows, authorities } = answers.apply(message);
    expect(authorities).toBe(message.authorities);
    expect([rows[0], rows[4], rows[5]]).toEqual([records[0], records[4], records[5]]);
    return rows
      .slice(1, 4)
      .map(({ data }) => presentation(data).slice(-1))
      .join('');
  });
}

describe('the order of a record set (RFC 1794)', () => {
  test('cyclic: first as in the zone, then each answer begins one further on', () => {
    expect(given('cyclic', 5)).toEqual(['123', '231', '312', '123', '231']);
  });

  test('fixed: as in the zone', () => {
    expect(given('fixed', 3)).toEqual(['123', '123', '123']);
  });

  test('random: every order comes about, each about as often', () => {
    const orders = given('random', 6000);
    const counts = new Map<string, number>();
    for (const order of orders) counts.set(order, (counts.get(order) ?? 0) + 1);
    expect([...counts.keys()].sort()).toEqual(['123', '132', '213', '231', '312', '321']);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });

  test('sets rotate by themselves', () => {
    const order = new AnswerOrder('cyclic', randomStream(1, 'order'));
    const other = readMasterFile('$TTL 1\nb A 192.0.2.8\nb A 192.0.2.9', { origin: 'example.' }).records;
    order.apply(message);
    expect(order.apply({ ...message, answers: other }).answers).toEqual(other);
  });

  test('a set is remembered while fewer than ten thousand others are given; after that it begins anew', () => {
    const set = (name: string): Message => ({
      ...message,
      answers: ['192.0.2.1', '192.0.2.2'].map((address) => ({ name, ttl: 1, data: { type: 'A', address } })),
    });
    const firstAfter = (others: number): string => {
      const order = new AnswerOrder('cyclic', randomStream(1, 'order'));
      order.apply(set('w.'));
      for (let i = 0; i < others; i++) order.apply(set(`x${i}.`));
      return presentation((order.apply(set('w.')).answers[0] as (typeof records)[0]).data);
    };
    expect([firstAfter(9_999), firstAfter(10_000)]).toEqual(['192.0.2.2', '192.0.2.1']);
  });
});

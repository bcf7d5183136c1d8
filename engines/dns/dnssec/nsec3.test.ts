/** Denials by NSEC3, which nobody here computes: insecure if the zone signed them, bogus if not (RFC 9276 §3.2). */
import { expect, test } from 'vitest';
import type { Process } from '../../kernel/process.ts';
import { start } from '../../kernel/process.ts';
import type { Host } from '../../network/host.ts';
import type { ResourceRecord } from '../records.ts';
import type { Resolution } from '../resolver/resolution.ts';
import { type Message, query, response } from '../wire/message.ts';
import { signSet } from './signature.ts';
import { type ReplyVerdict, Validation } from './validation.ts';
import { signer } from './zones-for-tests.ts';

const root = signer('.');
const { ksk, zsk } = root.keys;
const validity = root.validityAt(0);
const keys: ResourceRecord[] = [ksk, zsk].map(({ record }) => ({ name: '.', ttl: 60, data: record }));

function finished<T>(process: Process<T>): T {
  return start('test', process).result as T;
}

/** The verdict on NXDOMAIN for `nothing.` with these records in the authority section. */
function verdict(authorities: readonly ResourceRecord[]): ReplyVerdict {
  const validation = new Validation({ now: () => 0 } as Host, [root.ds]);
  const question = { name: 'nothing.', type: 'A' };
  const judge = (asked: { name: string; type: string }, parts: Partial<Message>): Process<ReplyVerdict> =>
    validation.reply(asked, '.', response(query(1, asked, false), 'NOERROR', { authoritative: true, ...parts }), fetch);
  function* fetch(asked: { name: string; type: string }): Process<Resolution> {
    expect(asked).toEqual({ name: '.', type: 'DNSKEY' });
    const judged = yield* judge(asked, { answers: [...keys, signSet(keys, '.', ksk, validity)] });
    if (!judged.ok) throw new Error(judged.objection.reason);
    return { kind: 'answer', records: keys, credentials: judged.credentials(keys), fromCache: false };
  }
  return finished(judge(question, { responseCode: 'NXDOMAIN', authorities }));
}

const nsec3: ResourceRecord = { name: '0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.', ttl: 60, data: { type: 'TYPE50', hex: '0101000c04aabbccdd14' } };

test('signed: the denial counts as insecure', () => {
  expect(verdict([nsec3, signSet([nsec3], '.', zsk, validity)])).toMatchObject({ ok: true, denial: { security: 'insecure' } });
});

test('signed by somebody else: bogus', () => {
  const stranger = signSet([nsec3], '.', signer('com.').keys.zsk, validity);
  expect(verdict([nsec3, stranger])).toMatchObject({ ok: false, objection: { code: 9 } });
});

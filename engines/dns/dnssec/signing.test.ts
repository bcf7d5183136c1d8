/** Which zones of a scenario are signed, and what their parents say of them. */
import { expect, test } from 'vitest';
import { DAY } from '../../quantities.ts';
import type { DnsService, SigningService, ZoneService } from '../scenario.ts';
import { zone } from '../scenario-for-tests.ts';
import { keyPair, vouchesFor } from './keys.ts';
import { publishedRecords, Signing } from './signing.ts';

const text = '$TTL 1h\n@ SOA a b 1 1h 1h 1h 1h\n@ NS ns\nns A 10.0.0.1\n';
const root = zone('.', [], `${text}org NS ns.org\nns.org A 10.0.0.2\n`);
const org = zone('org.', [], `${text}x NS ns.x\nns.x A 10.0.0.3\n`);
const x = zone('x.org.', [], text);
const signed = (origin: string, ds: SigningService['ds'] = 'right'): SigningService => ({
  kind: 'dns.signing',
  zone: origin,
  algorithm: 15,
  validity: DAY,
  resign: true,
  ds,
  implicit: false,
  at: null,
});
const dsIn = (services: readonly DnsService[], of: ZoneService) =>
  new Signing(1, services).recordsOf(of).flatMap(({ name, data }) => (data.type === 'DS' ? [{ name, data }] : []));

test('the zone above gets the DS record of the key', () => {
  const [ds, ...others] = dsIn([root, org, x, signed('x.org.')], org);
  expect(others).toEqual([]);
  expect(ds?.name).toBe('x.org.');
  expect(ds && vouchesFor(ds.data, 'x.org.', keyPair(1, 'x.org.', 'ksk', 15).record)).toBe(true);
  expect(dsIn([root, org, x, signed('x.org.')], root)).toEqual([]);
});

test('of another key, or none, where that is asked for', () => {
  const [ds] = dsIn([root, org, x, signed('x.org.', 'wrong')], org);
  expect(ds && vouchesFor(ds.data, 'x.org.', keyPair(1, 'x.org.', 'ksk', 15).record)).toBe(false);
  expect(dsIn([root, org, x, signed('x.org.', 'missing')], org)).toEqual([]);
});

test('a DS set that the author wrote stays', () => {
  const own = zone('org.', [], `${text}x NS ns.x\nns.x A 10.0.0.3\nx DS 1 13 2 00\n`);
  expect(dsIn([root, own, x, signed('x.org.')], own).map(({ data }) => data.keyTag)).toEqual([1]);
});

test('a zone that came with keys of its own gets the DS records of those', () => {
  const key = keyPair(7, 'x.org.', 'ksk', 13).record;
  const file: ZoneService = { ...x, records: [...x.records, { name: 'x.org.', ttl: 60, data: key }] };
  const [ds] = dsIn([root, org, file], org);
  expect(ds && vouchesFor(ds.data, 'x.org.', key)).toBe(true);
});

test('validators trust the root’s key; none where the root is not signed', () => {
  expect(new Signing(1, [root, signed('.')]).trustAnchors().map(({ keyTag }) => keyTag)).toEqual([keyPair(1, '.', 'ksk', 15).tag]);
  expect(new Signing(1, [root]).trustAnchors()).toEqual([]);
});

test('what is served when the run begins is signed, or as it was written', () => {
  const services = [root, org, x, signed('x.org.')];
  const types = publishedRecords(1, services, x).map(({ data }) => data.type);
  // SOA, NS, DNSKEY and A, and the NSEC record of each of the two names.
  expect(types.filter((type) => type === 'RRSIG')).toHaveLength(6);
  expect(types.filter((type) => type === 'NSEC')).toHaveLength(2);
  expect(publishedRecords(1, services, root)).toBe(root.records);
});

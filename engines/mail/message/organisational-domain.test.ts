import { expect, test } from 'vitest';
import { organisationalDomain } from './organisational-domain.ts';

test.each([
  ['crepes.fr', 'crepes.fr'],
  ['a.b.Crepes.FR.', 'crepes.fr'],
  ['mail.shop.co.uk', 'shop.co.uk'],
  ['www.bank.com.co', 'bank.com.co'],
  ['www.com.fr', 'com.fr'],
  ['co.uk', 'co.uk'],
  ['fr', 'fr'],
  ['localhost', 'localhost'],
  ['192.0.2.1', '192.0.2.1'],
  ['1.192.0.2.1', '2.1'],
])('%s belongs to %s', (domain, organisation) => expect(organisationalDomain(domain)).toBe(organisation));

import { describe, expect, test } from 'vitest';
import { simulate } from '../simulation.ts';
import { arrows, recursing, resolveStep, textbook } from './scenario-for-tests.ts';

describe('the textbook’s walks: engineering.nyu.edu asks for gaia.cs.umass.edu', () => {
  const referrals = { edu: 'referral: edu NS a.edu-servers.net', umass: 'referral: umass.edu NS dns.cs.umass.edu' };
  const question = 'gaia.cs.umass.edu A?';
  const answer = 'gaia.cs.umass.edu A 128.119.245.12';

  test('iterated: the local server asks root, TLD and authoritative server in turn; eight messages', () => {
    const run = simulate(textbook([resolveStep('gaia.cs.umass.edu.')]));
    expect(arrows(run)).toEqual([
      `engineering.nyu.edu → dns.nyu.edu: ${question}`,
      `dns.nyu.edu → a.root-servers.net: ${question}`,
      `a.root-servers.net → dns.nyu.edu: ${referrals.edu}`,
      `dns.nyu.edu → a.edu-servers.net: ${question}`,
      `a.edu-servers.net → dns.nyu.edu: ${referrals.umass}`,
      `dns.nyu.edu → dns.cs.umass.edu: ${question}`,
      `dns.cs.umass.edu → dns.nyu.edu: ${answer}`,
      `dns.nyu.edu → engineering.nyu.edu: ${answer}`,
    ]);
    expect(run.steps[0]).toMatchObject({ outcome: '128.119.245.12', succeeded: true });
  });

  test('recursive: each server asks the next one; eight messages', () => {
    const services = ['a.root-servers.net', 'a.edu-servers.net'].map(recursing);
    const run = simulate(textbook([resolveStep('gaia.cs.umass.edu.', 'A', { kind: 'then' }, 'recursively')], { services }));
    expect(arrows(run)).toEqual([
      `engineering.nyu.edu → dns.nyu.edu: ${question}`,
      `dns.nyu.edu → a.root-servers.net: ${question}`,
      `a.root-servers.net → a.edu-servers.net: ${question}`,
      `a.edu-servers.net → dns.cs.umass.edu: ${question}`,
      `dns.cs.umass.edu → a.edu-servers.net: ${answer}`,
      `a.edu-servers.net → a.root-servers.net: ${answer}`,
      `a.root-servers.net → dns.nyu.edu: ${answer}`,
      `dns.nyu.edu → engineering.nyu.edu: ${answer}`,
    ]);
  });
});

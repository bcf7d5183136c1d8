/** Whole scenarios with NATs and firewalls: protocols pass them, or do not, as their authors would expect. */
import { describe, expect, it } from 'vitest';
import { simulate } from '../engines/simulation.ts';
import { compile } from '../server/language/compile.ts';

function run(text: string) {
  const { scenario, diagnostics } = compile([{ uri: 'file:///w/a.netscenario', text }], new Map());
  expect(diagnostics.filter(({ severity }) => severity !== 'hint')).toEqual([]);
  return simulate(scenario);
}

describe.each(['packets', 'flows'])('at %s', (fidelity) => {
  it('mail and DNS pass NATs that forward their ports', () => {
    const { checks, steps, hosts } = run(`
      network { fidelity ${fidelity} }
      host alice-pc, carol
      host www.example.com { address 198.51.100.7 }
      zone example.com on ns.example.com { @ MX 10 mail.example.com }
      zone home.org    on ns.home.org    { @ MX 10 mail.home.org }
      mailserver mail.home.org
      mailbox alice@home.org  on mail.home.org
      mailbox bob@example.com on mail.example.com
      nat home-router.home.org {
        inside alice-pc, mail.home.org, ns.home.org
        forward tcp 25 to mail.home.org
        forward tcp 587 to mail.home.org
        forward udp 53 to ns.home.org
      }
      firewall mail.example.com { allow tcp 25 allow tcp 587 }
      alice-pc resolves www.example.com
      alice-pc sends mail from alice@home.org to bob@example.com { subject "Hi" }
      carol sends mail from bob@example.com to alice@home.org via mail.example.com { subject "Re: Hi" }
      carol resolves mail.home.org
      expect mailbox bob@example.com has 1 message
      expect mailbox alice@home.org has 1 message
      expect answer of alice-pc for www.example.com is 198.51.100.7
      expect answer of carol for mail.home.org is 203.0.113.1`);
    expect(checks.map(({ passed, measured }) => [passed, measured])).toEqual(checks.map(({ measured }) => [true, measured]));
    expect(steps.every(({ succeeded }) => succeeded)).toBe(true);
    expect(hosts.find(({ name }) => name === 'mail.home.org')?.address).toMatch(/^192\.168\.0\./);
  });

  it('a mail server that nothing is forwarded to gets no mail', () => {
    const {
      checks,
      statistics,
      fidelity: simulated,
    } = run(`
      network { fidelity ${fidelity} }
      host carol
      zone example.com on ns.example.com { @ MX 10 mail.example.com }
      zone home.org    on ns.home.org    { @ MX 10 mail.home.org }
      mailserver mail.example.com { retry 15 min expire 40 min }
      mailbox alice@home.org  on mail.home.org
      mailbox bob@example.com on mail.example.com
      nat home-router.home.org { inside mail.home.org }
      carol sends mail from bob@example.com to alice@home.org { subject "Are you there?" }
      expect mailbox alice@home.org has 0 messages
      expect mailbox bob@example.com has 1 message
      expect packets dropped by home-router.home.org > 3`);
    expect(checks.map(({ passed, measured }) => [passed, measured])).toEqual(checks.map(({ measured }) => [true, measured]));
    if (simulated === 'packets') expect(statistics.packetsLost).toBeGreaterThan(3);
  });

  it('a firewall in front of the root keeps one resolver’s queries out, and no other’s', () => {
    const { checks, steps } = run(`
      network { fidelity ${fidelity} }
      host pc, attacker
      host www.example.com { address 198.51.100.7 }
      zone example.com on ns.example.com
      resolver dns1 { serves pc }
      resolver dns2 { serves attacker }
      firewall a.root-servers.net { block udp 53 from dns2 }
      pc resolves www.example.com
      attacker resolves www.example.com
      expect answer of pc for www.example.com is 198.51.100.7
      expect packets dropped by a.root-servers.net >= 1`);
    expect(checks.map(({ passed }) => passed)).toEqual([true, true]);
    expect(steps.map(({ succeeded }) => succeeded)).toEqual([true, false]);
  });

  it('changes of zones pass NATs, from operators behind one to a server behind another', () => {
    const { steps, checks } = run(`
      network { fidelity ${fidelity} }
      host admin.amazon.com, neighbour, client
      zone amazon.com on dns1.amazon.com { www A 205.251.242.103 }
      nat office { inside admin.amazon.com }
      nat centre { inside dns1.amazon.com forward 53 to dns1.amazon.com }
      nat home { inside neighbour }
      admin.amazon.com updates zone amazon.com { www A 205.251.242.104 }
      client resolves www.amazon.com
      expect answer of client for www.amazon.com is 205.251.242.104
      expect greatest mappings of office = 1
      expect mean mappings of office <= 1`);
    expect(steps.map(({ outcome }) => outcome)).toEqual(['amazon.com changed', expect.stringContaining('205.251.242.104')]);
    expect(checks.map(({ passed, measured }) => [passed, measured])).toEqual(checks.map(({ measured }) => [true, measured]));
  });

  it('a local DNS server behind a NAT walks as its own hosts ask it to, and nobody else’s does', () => {
    const { states, strings, hosts, steps } = run(`
      network { fidelity ${fidelity} }
      host pc1, pc2
      host dns1 { address 192.168.0.9 }
      host dns2 { address 192.168.0.9 }
      zone example.com on ns.example.com { www A 198.51.100.7 }
      resolver dns1 { serves pc1 }
      resolver dns2 { serves pc2 }
      nat home1 { inside pc1, dns1 }
      nat home2 { inside pc2, dns2 }
      pc1 resolves www.example.com recursively
      pc2 resolves www.example.com`);
    expect(steps.every(({ succeeded }) => succeeded)).toBe(true);
    const switched = Array.from({ length: states.rows }, (_, row) => row).filter((row) => strings[states.key[row]!] === 'walk');
    expect(switched.map((row) => `${hosts[states.host[row]!]?.name} ${strings[states.value[row]!]}`)).toEqual(['dns1 recursively']);
  });

  it('what a partition keeps apart, a NAT does not bring together', () => {
    const { steps } = run(`
      network { fidelity ${fidelity} }
      host alice-pc, bob-tablet, web
      nat home-router { inside alice-pc, bob-tablet }
      partition alice-pc from web for 10 min
      alice-pc transfers 1 kB to web
      bob-tablet transfers 1 kB to web
      partition web from bob-tablet one-way for 10 min
      bob-tablet transfers 1 kB to web
      after 20 min partition home-router from web for 10 min
      alice-pc transfers 1 kB to web
      after 20 min alice-pc transfers 1 kB to web`);
    const outcomes = steps.filter(({ text }) => text.includes('transfers')).map(({ outcome }) => outcome.replace(/ .*/, ''));
    expect(outcomes).toEqual(['timed', '1', 'timed', 'timed', '1']);
  });

  it('nor where it begins in the middle of a transfer', () => {
    const { steps, series } = run(`
      network { fidelity ${fidelity} }
      host alice-pc, carol-pc, web
      nat home-router { inside alice-pc }
      nat carols-router { inside carol-pc forward tcp 9 to carol-pc }
      together {
        alice-pc transfers 20 MB to web
        after 500 ms partition home-router from web one-way for 10 s
      }
      together {
        alice-pc transfers 20 MB to carols-router
        after 500 ms partition home-router from carols-router for 10 s
      }
      together {
        web transfers 20 MB to carols-router
        after 500 ms partition web from carols-router one-way for 10 s
      }`);
    expect(steps.every(({ succeeded }) => succeeded)).toBe(true);
    const times = series.filter(({ metric }) => metric === 'transfer time').map(({ values }) => values[0]! / 1e9);
    expect(times).toHaveLength(3);
    for (const time of times) expect(time).toBeGreaterThan(10);
    const windows = series.filter(({ metric }) => metric === 'congestion window').map(({ subjects }) => subjects.join(' to '));
    expect(windows).toEqual(['alice-pc to web', 'alice-pc to carol-pc', 'web to carol-pc']);
  });

  it('a router without its access link, or without power, takes its hosts with it', () => {
    const { steps } = run(`
      network { fidelity ${fidelity} }
      host alice-pc, bob-tablet, web
      nat home-router { inside alice-pc, bob-tablet }
      home-router disconnects for 10 min
      alice-pc transfers 1 kB to web
      alice-pc transfers 1 kB to bob-tablet
      after 20 min home-router crashes for 10 min
      alice-pc transfers 1 kB to bob-tablet
      after 20 min alice-pc transfers 1 kB to web`);
    const outcomes = steps.filter(({ text }) => text.includes('transfers')).map(({ outcome }) => outcome.replace(/ .*/, ''));
    expect(outcomes).toEqual(['timed', '1', 'timed', '1']);
  });
});

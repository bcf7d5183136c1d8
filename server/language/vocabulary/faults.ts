/** What goes wrong in the network, and what mends it: hosts that crash, links that fail, partitions. */
import type { NetworkAction } from '../../../engines/network/scenario.ts';
import { DAY, MICROSECOND } from '../../../engines/quantities.ts';
import { duration, host, list, type Name, optional, subject, wordChoice } from '../entry.ts';
import { resolveLink } from '../links.ts';
import type { Site } from '../site.ts';
import { step, timing } from './timing.ts';

const span = optional(duration({ minimum: MICROSECOND, maximum: 100 * DAY, units: ['s', 'min'] }));

export const faultsVocabulary = [
  step({
    id: 'crash',
    remembered: true,
    pattern: 'HOST crashes [for T]',
    slots: { HOST: subject, T: span },
    doc: 'The host loses power: its processes and connections are gone, its disk stays. It boots again after T, or when it restarts.',
    example: 'host mail.example.org\nat 2 min mail.example.org crashes for 5 min',
    build(given, _block, site: Site) {
      const when = timing(given, site);
      if (when) site.step(when, given.HOST, (name) => ({ kind: 'network.crash', host: name, downFor: given.T }));
    },
  }),
  step({
    id: 'restart',
    remembered: true,
    pattern: 'HOST restarts',
    slots: { HOST: subject },
    doc: 'The host boots again after a crash: what runs on it starts anew, with what lies on its disk.',
    example: 'host pc\npc crashes\nafter 10 s pc restarts',
    build(given, _block, site: Site) {
      const when = timing(given, site);
      if (when) site.step(when, given.HOST, (name) => ({ kind: 'network.restart', host: name }));
    },
  }),
  step({
    id: 'disconnect',
    remembered: true,
    pattern: 'HOST disconnects [for T]',
    slots: { HOST: subject, T: span },
    doc: 'The host’s access link fails, both ways: what is on it and what waits for it is lost. The host itself goes on; its links to other hosts work.',
    example: 'host pc\npc disconnects for 30 s',
    build(given, _block, site: Site) {
      const when = timing(given, site);
      if (when) site.step(when, given.HOST, (name) => ({ kind: 'network.link-failure', a: name, b: null, downFor: given.T }));
    },
  }),
  step({
    id: 'reconnect',
    remembered: true,
    pattern: 'HOST reconnects',
    slots: { HOST: subject },
    doc: 'The host’s access link works again.',
    example: 'host pc\npc disconnects\nafter 10 s pc reconnects',
    build(given, _block, site: Site) {
      const when = timing(given, site);
      if (when) site.step(when, given.HOST, (name) => ({ kind: 'network.link-recovery', a: name, b: null }));
    },
  }),
  step({
    id: 'link fails',
    remembered: true,
    pattern: 'link A <-> B fails [for T]',
    slots: { A: host, B: host, T: span },
    doc: 'The link between two hosts fails, both ways: what is on it and what waits for it is lost. Packets take another way from then on.',
    example: 'host a, b\nlink a <-> b\nlink a <-> b fails for 30 s',
    build(given, _block, site: Site) {
      const when = timing(given, site);
      const ends = resolveLink(given.A, given.B, site);
      if (when && ends) site.addStep(when, { kind: 'network.link-failure', ...ends, downFor: given.T });
    },
  }),
  step({
    id: 'link recovers',
    remembered: true,
    pattern: 'link A <-> B recovers',
    slots: { A: host, B: host },
    doc: 'A link that failed works again.',
    example: 'host a, b\nlink a <-> b\nlink a <-> b fails\nafter 30 s link a <-> b recovers',
    build(given, _block, site: Site) {
      const when = timing(given, site);
      const ends = resolveLink(given.A, given.B, site);
      if (when && ends) site.addStep(when, { kind: 'network.link-recovery', ...ends });
    },
  }),
  step({
    id: 'partition',
    remembered: true,
    pattern: 'partition A from B [WAY] [for T]',
    slots: { A: list(host), B: list(host), WAY: optional(wordChoice('one-way')), T: span },
    doc: 'From now on, nothing that the hosts on the one side send reaches those on the other; `one-way`: only what the first ones send is held back, and the others’ packets still arrive. It ends after T, or when partitions heal.',
    example: 'host a, b, c\npartition a, b from c for 1 min\npartition a from b one-way for 1 min',
    build(given, _block, site: Site) {
      const when = timing(given, site);
      const partition = partitionOf(given.A, given.B, site);
      if (when && partition) {
        site.addStep(when, { kind: 'network.partition', ...partition, oneWay: given.WAY !== null, healsAfter: given.T });
      }
    },
  }),
  step({
    id: 'partitions heal',
    remembered: true,
    pattern: 'partitions heal',
    slots: {},
    doc: 'Every partition ends.',
    example: 'host a, b\npartition a from b\nafter 1 min partitions heal',
    build(given, _block, site: Site) {
      const when = timing(given, site);
      const healing: NetworkAction = { kind: 'network.healing' };
      if (when) site.addStep(when, healing);
    },
  }),
];

/** The hosts on both sides, each once; null (and reported) where one is unknown, or on both. */
function partitionOf(from: readonly Name[], to: readonly Name[], site: Site): { from: string[]; to: string[] } | null {
  const first = hostsOf(from, site);
  const second = hostsOf(to, site);
  if (!first || !second) return null;
  for (const name of to) {
    const found = site.program.hosts.get(name.text.toLowerCase())!.name;
    if (!first.has(found)) continue;
    site.report('both-sides', name, `\`${found}\` stands on both sides of the partition.`);
    return null;
  }
  return { from: [...first], to: [...second] };
}

function hostsOf(names: readonly Name[], site: Site): Set<string> | null {
  const hosts = new Set<string>();
  for (const name of names) {
    const found = site.host(name);
    if (found === null) return null;
    hosts.add(found);
  }
  return hosts;
}

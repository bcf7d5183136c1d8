/** What authors are told about swarms that cannot be as written. */
import { expect, test } from 'vitest';
import { compile } from './compile.ts';

const told = (text: string) =>
  compile([{ uri: 'file:///w/test.netscenario', text }], new Map()).diagnostics.map(({ code, message }) => `${code}: ${message}`);

test.each([
  [
    'nobody has it',
    'host pc\ntorrent t\npc downloads t',
    ['no-seed: Nobody has `t` at the beginning, so nobody can get it: write `seeds HOST` in the block of `torrent t`.'],
  ],
  ['somebody has it', 'host pc, s\ntorrent t { seeds s }\npc downloads t', []],
  [
    'a seed that is misspelt is told once',
    'host pc, origin\ntorrent t { seeds orgin }\npc downloads t\norigin leaves t',
    ['unknown-host: There is no host `orgin`. Did you mean `origin`?'],
  ],
  ['each arrives at a moment', 'host s, p[1..3]\ntorrent t { seeds s }\np[1..3] downloads t { arrive at 0 s, 4 s, 4.5 s }', []],
  [
    'a moment is missing',
    'host s, p[1..3]\ntorrent t { seeds s }\np[1..3] downloads t { arrive at 1 s, 4 s }',
    ['out-of-range: 3 peers arrive, and there are 2 moments: write one for each.'],
  ],
  [
    'moments go back',
    'host s, p[1..2]\ntorrent t { seeds s }\np[1..2] downloads t { arrive at 4 s, 1 s }',
    ['out-of-range: Peers arrive in the order in which they stand there: write the moments in that order, none before the one before it.'],
  ],
  ['a seed downloads', 'host s\ntorrent t { seeds s }\ns downloads t', ['without-effect: `s` is a seed of `t`: it has all of it already.']],
])('%s', (_, text, messages) => {
  expect(told(text)).toEqual(messages);
});

const swarm = (network: string, more: string) => `${network}\ntorrent t { size 1 MiB seeds a fidelity pieces }\nb downloads t\n${more}`;

test.each([
  ['all of it is for nothing else', 'network { jitter 1 ms }\nhost a, b\nlink a <-> b', '', ['jitter 1 ms', 'link a <-> b']],
  ['another transfer feels it', 'network { jitter 1 ms }\nhost a, b, c\nlink a <-> b', 'c transfers 1 MB to b', []],
  ['its host does more', 'host a { loss 1 % }\nhost b', 'a transfers 1 kB to b', []],
  ['one of its hosts does more', 'host a, b, c { loss 1 % }', 'c transfers 1 kB to b', []],
  ['another torrent has messages', 'host a, b { loss 1 % }\ntorrent u { seeds b }', 'a downloads u', []],
  ['a partition is of others, too', 'host a, b, c, d', 'd transfers 1 kB to c\npartition a, c from b, d for 1 s', []],
  ['queues count, and crashes', 'host a, b { queue 64 KiB }', 'b crashes for 1 s', []],
])('what torrents at `pieces` do without: %s', (_, network, more, marked) => {
  const text = swarm(network, more);
  const { diagnostics } = compile([{ uri: 'file:///w/test.netscenario', text }], new Map());
  const found = diagnostics.filter(({ message }) => message.includes('`pieces`'));
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(found.map(({ start, end }) => text.slice(start, end))).toEqual(marked);
});

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

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

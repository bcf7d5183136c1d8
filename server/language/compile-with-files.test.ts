import { expect, test } from 'vitest';
import type { FileContent } from './compilation.ts';
import { compileWithFiles } from './compile-with-files.ts';

const bytes = (text: string): FileContent => ({ kind: 'bytes', bytes: new TextEncoder().encode(text) });
const program = (text: string) => [{ uri: 'file:///w/a.netscenario', text }];
const codesOf = async (...words: Parameters<typeof compileWithFiles>) =>
  (await compileWithFiles(...words)).diagnostics.filter(({ severity }) => severity === 'error').map(({ code, start }) => [code, start]);

test('what a file names in turn is asked for, too; nothing twice', async () => {
  const files: Record<string, string> = {
    'file:///w/one.netscenario': 'import "two.netscenario"\nhost one\n',
    'file:///w/two.netscenario': 'host two\n',
  };
  const asked: (readonly string[])[] = [];
  const { scenario, diagnostics } = await compileWithFiles(
    program('import "one.netscenario"\nimport "two.netscenario"\n'),
    async (uris) => {
      asked.push(uris);
      return uris.map((uri) => [uri, bytes(files[uri]!)] as const);
    },
  );
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(scenario.hosts.map(({ name }) => name)).toEqual(['two', 'one']);
  expect(asked).toEqual([['file:///w/one.netscenario', 'file:///w/two.netscenario']]);
});

test('a reader that forgets a file does not make it ask for ever', async () => {
  expect(await codesOf(program('host a\nimport "one.netscenario"\n'), async () => [])).toEqual([['missing-file', 14]]);
});

/** In a workspace that is not trusted: only its own files are read. The editor runs no cell there; diagnostics tell. */
import * as vscode from 'vscode';
import { equal, eventually, match } from './assert.ts';
import { codeCells, notebookOf, problems } from './editor.ts';
import { suite, test } from './runner.ts';

suite('restricted mode', () => {
  test('the workspace is not trusted', async () => equal(vscode.workspace.isTrusted, false));

  for (const [what, name, reason] of [
    ['a file outside the workspace', '../node-host/outside.zone', /outside the workspace, and this workspace is not trusted/],
    ['a symbolic link', 'link.zone', /behind a symbolic link, and this workspace is not trusted/],
    ['a file behind a linked folder', 'linked/outside.zone', /behind a symbolic link, and this workspace is not trusted/],
  ] as const) {
    test(`${what} is refused with the reason`, async () => {
      const notebook = await notebookOf(
        `${what.replaceAll(' ', '-')}.netscenario.md`,
        `zone example.org on ns.example.org { from "${name}" }`,
      );
      const { document } = codeCells(notebook)[0]!;
      const found = await eventually('an error', () => (problems(document).length > 0 ? problems(document) : null));
      match(found.map(({ message }) => message).join('\n'), reason);
    });
  }

  test('a file of the workspace is read', async () => {
    const notebook = await notebookOf('inside.netscenario.md', 'zone cut.example on ns.cut.example { from "truncated.zone" }');
    const { document } = codeCells(notebook)[0]!;
    const found = await eventually('an error', () => (problems(document).length > 0 ? problems(document) : null));
    match(found.map(({ message }) => message).join('\n'), /truncated\.zone/);
    equal(
      found.some(({ message }) => message.includes('trusted')),
      false,
      'refused',
    );
  });
});

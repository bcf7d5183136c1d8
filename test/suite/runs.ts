/** Running cells: outputs, order, errors, cancelling, and the files that a scenario names. */
import * as vscode from 'vscode';
import { equal, eventually, match, ok, sleep } from './assert.ts';
import {
  close,
  codeCells,
  edit,
  ended,
  errorText,
  notebookOf,
  OUTPUT_MIME,
  open,
  outputText,
  runAll,
  startCell,
  workspaceFile,
} from './editor.ts';
import { suite, test } from './runner.ts';

const WORLD = 'host alice-pc\nzone example.org on ns.example.org { www A 192.0.2.80 }';
const LOOKUP = 'alice-pc resolves www.example.org A\nexpect answer of alice-pc for www.example.org is 192.0.2.80';
/** Runs for minutes if nobody stops it. */
const ENDLESS = 'every 1 ms alice-pc resolves www.example.org A until 50 d';

suite('runs', () => {
  test('every cell of the first sample runs, with three kinds of output and all checks passed', async () => {
    const notebook = await open(workspaceFile('samples/01-mail-walkthrough.netscenario.md'));
    const cells = await runAll(notebook);
    cells.forEach((cell, i) => {
      equal(cell.executionSummary?.success, true, `success of cell ${i + 1} (${errorText(cell)})`);
      const mimes = cell.outputs.flatMap(({ items }) => items).map(({ mime }) => mime);
      equal([...mimes].sort(), [OUTPUT_MIME, 'image/svg+xml', 'text/plain'].sort(), `kinds of output of cell ${i + 1}`);
      const { summary } = cell.outputs[0]!.metadata as { summary: { checks: number; passed: number } };
      equal(summary.passed, summary.checks, `checks passed of cell ${i + 1}:\n${outputText(cell, 'text/plain')}`);
    });
    match(cells.map((cell) => outputText(cell, 'text/plain')).join('\n'), /MAIL FROM/);
    match(outputText(cells[1]!, 'image/svg+xml'), /^<svg[\s\S]*<\/svg>\s*$/);
  });

  test('execution orders count up in document order', async () => {
    const notebook = await notebookOf('order.netscenario.md', WORLD, LOOKUP, LOOKUP);
    const orders = (await runAll(notebook)).map((cell) => cell.executionSummary?.executionOrder);
    equal(orders, [1, 2, 3]);
    await startCell(notebook, codeCells(notebook)[0]!.index);
    await eventually('a fourth run', () => codeCells(notebook)[0]!.executionSummary?.executionOrder === 4);
  });

  test('the output depends only on the text above, never on the order of clicks', async () => {
    const notebook = await notebookOf('clicks.netscenario.md', WORLD, LOOKUP, LOOKUP);
    const text = () => outputText(codeCells(notebook)[2]!, 'text/plain');
    await startCell(notebook, codeCells(notebook)[2]!.index);
    await eventually('the last cell ran', () => ended(codeCells(notebook)[2]!));
    const alone = text();
    ok(alone.length > 0, 'a text output');
    await runAll(notebook);
    equal(text(), alone, 'output after all cells ran');
  });

  test('a malformed cell says why it was not run; the others go on without it', async () => {
    const notebook = await notebookOf('malformed.netscenario.md', WORLD, 'host\nalice-pc resolves', LOOKUP);
    const [, broken, after] = await runAll(notebook);
    equal(broken!.executionSummary?.success, false, 'success of the malformed cell');
    match(errorText(broken!), /line 1: .+[\s\S]*line 2: .+|line 1: /);
    equal(after!.executionSummary?.success, true, `success of the cell after it (${errorText(after!)})`);
    match(outputText(after!, 'text/plain'), /Left out/);
    ok(outputText(after!, OUTPUT_MIME).length > 0, 'the cell after it has its run');
  });

  test('a check that fails is told, and is no error of the cell', async () => {
    const notebook = await notebookOf('unmet.netscenario.md', WORLD, LOOKUP.replace('is 192.0.2.80', 'is 192.0.2.81'));
    const [, cell] = await runAll(notebook);
    equal((cell!.outputs[0]!.metadata as { summary: { checks: number; passed: number } }).summary.passed, 0);
    match(outputText(cell!, 'text/plain'), /192\.0\.2\.81/);
  });

  test('a running cell shows progress, and stops at once when it is cancelled; the next run works', async () => {
    const notebook = await notebookOf('cancel.netscenario.md', WORLD, ENDLESS, LOOKUP);
    const [, endless] = codeCells(notebook);
    await startCell(notebook, endless!.index);
    await eventually('progress', () => /simulated time, [\d,]+ events/.test(outputText(endless!, 'text/plain')), 20_000);
    equal(ended(endless!), false, 'it ended by itself');
    await vscode.commands.executeCommand('notebook.cancelExecution', {
      ranges: [{ start: endless!.index, end: endless!.index + 1 }],
      document: notebook.uri,
    });
    await eventually('it ended', () => ended(endless!), 20_000);
    equal(endless!.executionSummary?.success, false);
    match(errorText(endless!), /stopped at .* of simulated time, after [\d,]+ events/);
    // Without the editor’s own way from the click to the kernel and back.
    const { stoppedIn } = endless!.outputs[0]!.metadata as { stoppedIn: number };
    ok(stoppedIn >= 0 && stoppedIn < 100, `the run stopped ${stoppedIn} ms after the token`);
    await edit(endless!.document, '');
    const [, , after] = await runAll(notebook);
    equal(after!.executionSummary?.success, true, errorText(after!));
  });

  test('a run that takes more events than allowed is stopped with a clear message', async () => {
    const settings = vscode.workspace.getConfiguration('netscenario');
    await settings.update('run.maximumEvents', 5_000, vscode.ConfigurationTarget.Global);
    try {
      const notebook = await notebookOf('limit.netscenario.md', WORLD, ENDLESS);
      const [, cell] = await runAll(notebook);
      equal(cell!.executionSummary?.success, false);
      match(errorText(cell!), /After 5,000 events/);
      match(errorText(cell!), /netscenario\.run\.maximumEvents/);
    } finally {
      await settings.update('run.maximumEvents', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  for (const [name, cell, reason] of [
    ['a missing import', 'import "nowhere.netscenario"', /nowhere\.netscenario.*(no such file|not there)/],
    ['a truncated zone file', 'zone cut.example on ns.cut.example { from "truncated.zone" }', /truncated\.zone|line \d+/],
    ['a zone file of 50 MB', 'zone big.example on ns.big.example { from "large.zone" }', /too large/],
    ['a binary zone file', 'zone bin.example on ns.bin.example { from "binary.zone" }', /binary\.zone|text|byte/i],
  ] as const) {
    test(`${name} is an error where it is named; everything else goes on`, async () => {
      const notebook = await notebookOf(`${name.replaceAll(' ', '-')}.netscenario.md`, WORLD, cell, LOOKUP);
      const [, naming] = codeCells(notebook);
      const problems = await eventually('a diagnostic', () => {
        const found = vscode.languages
          .getDiagnostics(naming!.document.uri)
          .filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error);
        return found.length > 0 ? found : null;
      });
      match(problems.map(({ message }) => message).join('\n'), reason, 'diagnostic');
      const [first, named, after] = await runAll(notebook);
      equal(first!.executionSummary?.success, true, errorText(first!));
      equal(named!.executionSummary?.success, false);
      match(errorText(named!), reason, 'error output');
      equal(after!.executionSummary?.success, true, errorText(after!));
      match(outputText(after!, 'text/plain'), /Left out/);
    });
  }

  test('a run that records more than allowed is stopped with a clear message', async () => {
    const settings = vscode.workspace.getConfiguration('netscenario');
    await settings.update('run.maximumMemory', 1, vscode.ConfigurationTarget.Global);
    try {
      const [, cell] = await runAll(await notebookOf('memory.netscenario.md', WORLD, ENDLESS));
      equal(cell!.executionSummary?.success, false);
      match(errorText(cell!), /recorded 1 MiB/);
      match(errorText(cell!), /netscenario\.run\.maximumMemory/);
    } finally {
      await settings.update('run.maximumMemory', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  test('a pipe that is named is refused, and nothing waits for it', async () => {
    // Made by the harness where the editor reads the machine's own files.
    const { type } = await vscode.workspace.fs.stat(workspaceFile('pipe.zone')).then(
      (found) => found,
      () => ({ type: null }),
    );
    if (type === null) return;
    const notebook = await notebookOf('pipe.netscenario.md', 'zone pipe.example on ns.pipe.example { from "pipe.zone" }');
    const [cell] = await runAll(notebook);
    match(errorText(cell!), /not a regular file/);
  });

  test('an error of an imported file is told with its line and path', async () => {
    await vscode.workspace.fs.writeFile(workspaceFile('faulty.netscenario'), new TextEncoder().encode(`${WORLD}\nhost b { latency 5 }\n`));
    const [, cell] = await runAll(await notebookOf('faulty.netscenario.md', 'import "faulty.netscenario"', LOOKUP));
    match(outputText(cell!, 'text/plain'), /faulty\.netscenario, line 3: /);
    ok(!/(file|vscode-[a-z-]+):/.test(outputText(cell!, 'text/plain')), 'a path, not a URI');
  });

  test('a notebook that is closed while it runs leaves the next one alone', async () => {
    const notebook = await notebookOf('closed.netscenario.md', WORLD, ENDLESS);
    await startCell(notebook, codeCells(notebook)[1]!.index);
    await eventually('progress', () => outputText(codeCells(notebook)[1]!, 'text/plain') !== '', 20_000);
    await close(notebook);
    const [, cell] = await runAll(await notebookOf('afterwards.netscenario.md', WORLD, LOOKUP));
    equal(cell!.executionSummary?.success, true, errorText(cell!));
  });

  test('files that a cell names are read beside the notebook', async () => {
    await vscode.workspace.fs.writeFile(workspaceFile('beside.netscenario'), new TextEncoder().encode(WORLD));
    const notebook = await notebookOf('imports.netscenario.md', 'import "beside.netscenario"', LOOKUP);
    const [, cell] = await runAll(notebook);
    equal(cell!.executionSummary?.success, true, errorText(cell!));
    await sleep(200);
    equal(
      vscode.languages.getDiagnostics(cell!.document.uri).map(({ message }) => message),
      [],
    );
  });
});

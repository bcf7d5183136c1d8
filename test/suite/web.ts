/** Entry of the suite in the web extension host: `run` is called by the editor, whose console reaches the test's process. */
import './all.ts';
import { closeAll } from './editor.ts';
import { runTests } from './runner.ts';

export async function run(): Promise<void> {
  const results = await runTests((line) => console.log(`NETSCENARIO-TELLS ${line}`));
  await closeAll();
  console.log(`NETSCENARIO-RESULTS ${JSON.stringify(results)}`);
  if (results.failed > 0) throw new Error(`${results.failed} failed`);
}

import { expect, it } from 'vitest';
import { type Execution, execute } from './execution.ts';

/** Notes what is asked of it; refuses what is named, as the editor does once the notebook is closed. */
function executionThatRefuses(...refused: string[]): { execution: Execution<string>; asked: string[] } {
  const asked: string[] = [];
  const note = async (what: string) => {
    asked.push(what);
    if (refused.includes(what)) throw new Error('the notebook is closed');
  };
  return {
    asked,
    execution: {
      start: () => void asked.push('start'),
      end: (success) => void asked.push(`end ${success}`),
      clearOutput: () => note('clear'),
      replaceOutput: (outputs) => note(`replace ${outputs.join()}`),
    },
  };
}

const body = async (show: (output: string) => void) => {
  show('half');
  await new Promise((resolve) => setTimeout(resolve, 1));
  show('most');
  return { success: true, outputs: ['all'] };
};

it.each([
  [[], ['start', 'clear', 'replace half', 'replace most', 'replace all', 'end true']],
  [['clear'], ['start', 'clear', 'end false']],
  [['replace half'], ['start', 'clear', 'replace half', 'replace most', 'replace all', 'end true']],
  [['replace all'], ['start', 'clear', 'replace half', 'replace most', 'replace all', 'end false']],
])('where %j is refused, the execution is ended all the same', async (refused, wanted) => {
  const { execution, asked } = executionThatRefuses(...refused);
  await execute(execution, body);
  expect(asked).toEqual(wanted);
});

it('a body that fails ends the execution, too', async () => {
  const { execution, asked } = executionThatRefuses();
  await execute(execution, () => Promise.reject(new Error('a fault')));
  expect(asked).toEqual(['start', 'clear', 'end false']);
});

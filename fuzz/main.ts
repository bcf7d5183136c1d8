/**
 * npm run fuzz -- [TARGET …] [--count 1000000] [--seed N] [--time-limit SECONDS]: throws mutated bytes at the parsers, or at those that are named. An
 * input that fails is saved beside its target, where `npm test` tries it again ever after. Exit code 1 where one was found.
 */
import { parseArgs } from 'node:util';
import { fuzz } from './runner.ts';
import { findTargets, saveFailure } from './targets.ts';

const { values, positionals } = parseArgs({
  options: {
    count: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    'time-limit': { type: 'string', default: '5' },
  },
  allowPositionals: true,
});
const [count, seed, timeLimit] = [Number(values.count), Number(values.seed), 1000 * Number(values['time-limit'])];
const targets = findTargets();
const unknown = positionals.find((name) => !targets.some((target) => target.name === name));

if (!Number.isInteger(count) || count < 1 || count > 2 ** 31 - 1) complain(`--count takes a whole number from 1 on, not “${values.count}”`);
else if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
  complain(`--seed takes a whole number from 0 to 4294967295, not “${values.seed}”`);
else if (!(timeLimit >= 1 && timeLimit < 2 ** 31)) complain(`--time-limit takes seconds, not “${values['time-limit']}”`);
else if (unknown !== undefined) complain(`there is no target “${unknown}”; there are ${targets.map(({ name }) => name).join(', ')}`);
else {
  for (const target of targets) {
    if (positionals.length > 0 && !positionals.includes(target.name)) continue;
    const { name, inputs, seconds, failures } = await fuzz(target.url, { count, seed, timeLimit });
    console.log(
      `${name}: ${inputs} inputs in ${seconds.toFixed(1)} s (${Math.round(inputs / seconds)} a second), ${failures.length} failures`,
    );
    for (const { message, input } of failures) {
      console.log(`  ${message}\n    ${input.length} bytes: ${saveFailure(target, input)}`);
      process.exitCode = 1;
    }
  }
}

function complain(message: string): void {
  console.error(message);
  process.exitCode = 2;
}

/** The values that a parameter is swept over, in the order in which they are written. */
import type { SweptValue, Value } from './entry.ts';
import { evaluate, kinds } from './evaluate.ts';
import type { Site } from './site.ts';
import type { Expression, ListSyntax, ValueRangeSyntax } from './syntax.ts';

/** Of one parameter. */
const MAXIMUM_VALUES = 1_000;

/** null when they do not hold (reported). */
export function sweptValues(syntax: ListSyntax, site: Site): readonly SweptValue[] | null {
  const all: SweptValue[] = [];
  for (const item of syntax.items) {
    const found = valuesOf(item as ValueRangeSyntax, site);
    if (!found) return null;
    if (all.length + found.length > MAXIMUM_VALUES) {
      site.report('out-of-range', syntax, `A parameter is swept over ${MAXIMUM_VALUES} values at most.`);
      return null;
    }
    all.push(...found);
  }
  const [first] = all;
  for (const [i, value] of all.entries()) {
    if (value.dimension !== first!.dimension) {
      site.report('wrong-dimension', value, `The values are ${kinds[first!.dimension]} each; this is ${kinds[value.dimension]}.`);
      return null;
    }
    if (all.findIndex(({ number }) => number === value.number) < i) {
      site.report('duplicate-value', value, 'This value is in the list already.');
      return null;
    }
  }
  return all;
}

function valuesOf(syntax: ValueRangeSyntax, site: Site): SweptValue[] | null {
  const { first, last, step, start, end } = syntax;
  const from = evaluate(first, site);
  if (!from) return null;
  if (from.dimension === 'text') {
    site.report('wrong-dimension', first, 'A parameter is swept over numbers and quantities; this is a text.');
    return null;
  }
  if (!last) return [site.placing(rounded(from), syntax)];
  const to = evaluate(last, site);
  const by = step ? evaluate(step, site) : oneOf(last);
  if (!to || !by) return null;
  // `1..10 ms`: the unit behind the last one is meant for both.
  const begin =
    from.dimension === 'number' && to.dimension !== 'number' && last.kind === 'quantity'
      ? { ...to, number: from.number * (last.unit?.factor ?? 1) }
      : from;
  for (const [value, place] of [
    [to, last],
    [by, step ?? last],
  ] as const) {
    if (value.dimension === begin.dimension) continue;
    site.report('wrong-dimension', place, `The range begins with ${kinds[begin.dimension]}; this is ${kinds[value.dimension]}.`);
    return null;
  }
  if (!(by.number > 0)) {
    site.report('out-of-range', step ?? last, 'The step is more than 0.');
    return null;
  }
  if (to.number < begin.number) {
    site.report('range-descends', { start, end }, 'The range goes downwards; write the smaller value first.');
    return null;
  }
  // What misses the end by rounding alone is in.
  const steps = Math.floor((to.number - begin.number) / by.number + 1e-9);
  if (steps >= MAXIMUM_VALUES) {
    site.report('range-too-large', { start, end }, `The range stands for ${steps + 1} values; at most ${MAXIMUM_VALUES} are allowed.`);
    return null;
  }
  if (!step && Math.abs(begin.number + steps * by.number - to.number) > 1e-9 * by.number) {
    reportMissedEnd({ first, last, start, end }, begin === from ? (to.number - begin.number) / begin.number : Number.NaN, site);
    return null;
  }
  return Array.from({ length: steps + 1 }, (_, i) => site.placing(rounded({ ...begin, number: begin.number + i * by.number }), syntax));
}

/** Without `step`, it is one of the unit behind the last value: `100 ms..1 s` would be 100 ms alone. `firsts`: how many times the first one fits. */
function reportMissedEnd({ first, last, start, end }: Omit<ValueRangeSyntax, 'kind' | 'step'>, firsts: number, site: Site): void {
  const { text } = site.program.sources[site.source]!;
  const [lower, upper] = [first, last!].map((one) => text.slice(one.start, one.end));
  const fits = firsts > 0 && firsts < MAXIMUM_VALUES && Math.abs(firsts - Math.round(firsts)) < 1e-9;
  const unit = last!.kind === 'quantity' ? last!.unit?.name : null;
  site.report(
    'out-of-range',
    { start, end },
    `In steps of 1${unit ? ` ${unit}` : ''}, the range never gets to ${upper}. Write a step: \`${lower}..${upper} step ${fits ? lower : '…'}\`.`,
    fits ? { fixes: [{ title: `Add \`step ${lower}\``, edits: [{ start: end, end, text: ` step ${lower}` }], preferred: true }] } : {},
  );
}

function oneOf(expression: Expression): Value {
  const unit = expression.kind === 'quantity' ? expression.unit : null;
  return { dimension: unit?.dimension ?? 'number', number: unit?.factor ?? 1, text: '' };
}

/** Times, rates and sizes are whole in their base unit; of others, the digits that rounding left are cut. */
function rounded(value: Value): Value {
  const { dimension, number } = value;
  const whole = dimension === 'duration' || dimension === 'rate' || dimension === 'size';
  return { ...value, number: whole ? Math.round(number) : Number(number.toPrecision(12)) };
}

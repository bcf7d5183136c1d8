/** The values of expressions: arithmetic with units, and parameters. */
import type { Slot, Value } from './entry.ts';
import type { Site } from './site.ts';
import { nearest, shortened } from './spelling.ts';
import type { Expression, QuantitySyntax } from './syntax.ts';
import type { Dimension } from './units.ts';

export const kinds: Readonly<Record<Dimension, string>> = {
  number: 'a number',
  duration: 'a duration',
  rate: 'a rate',
  size: 'a size',
  ratio: 'a ratio',
  text: 'a text',
};

/** The value of an expression; null when it has none (reported). `slot`: what it is for, where that is known. */
export function evaluate(expression: Expression, site: Site, slot: Slot<unknown> | null = null): Value | null {
  switch (expression.kind) {
    case 'quantity':
      return literal(expression);
    case 'text':
      return { dimension: 'text', number: Number.NaN, text: expression.value };
    case 'parameter':
      return parameterValue(expression, site, slot);
    case 'negative': {
      const operand = evaluate(expression.operand, site);
      if (operand === null) return null;
      if (operand.dimension === 'text') {
        site.report('wrong-dimension', expression, 'A text has no negative.');
        return null;
      }
      return { ...operand, number: -operand.number };
    }
    case 'binary': {
      const left = evaluate(expression.left, site);
      const right = evaluate(expression.right, site);
      if (left === null || right === null) return null;
      if (expression.operator === '/' && right.number === 0) {
        site.report('division-by-zero', expression.right, 'This is a division by zero.');
        return null;
      }
      const result = combine(expression.operator, left, right);
      if (result === null) {
        site.report(
          'wrong-dimension',
          expression,
          `There is no \`${expression.operator}\` of ${kinds[left.dimension]} and ${kinds[right.dimension]}.`,
        );
        return null;
      }
      if (result.dimension !== 'text' && !Number.isFinite(result.number)) {
        site.report('out-of-range', expression, 'The result is too large.');
        return null;
      }
      return result;
    }
  }
}

/** The value of an expression whose parameters were evaluated; null where it has none. Nothing is reported. */
export function knownValue(expression: Expression, parameters: ReadonlyMap<string, { readonly value: Value | null }>): Value | null {
  switch (expression.kind) {
    case 'quantity':
      return literal(expression);
    case 'text':
      return { dimension: 'text', number: Number.NaN, text: expression.value };
    case 'parameter':
      return parameters.get(expression.name)?.value ?? null;
    case 'negative': {
      const operand = knownValue(expression.operand, parameters);
      return operand && operand.dimension !== 'text' ? { ...operand, number: -operand.number } : null;
    }
    case 'binary': {
      const left = knownValue(expression.left, parameters);
      const right = knownValue(expression.right, parameters);
      if (!left || !right || (expression.operator === '/' && right.number === 0)) return null;
      return combine(expression.operator, left, right);
    }
  }
}

function literal({ unit, value }: QuantitySyntax): Value {
  if (!unit) return { dimension: 'number', number: value, text: '' };
  // Powers of ten below one are divided by, so that 0.5 % is exactly 0.005.
  const number = unit.factor < 1 ? value / Math.round(1 / unit.factor) : value * unit.factor;
  return { dimension: unit.dimension, number, text: '' };
}

function combine(operator: '+' | '-' | '*' | '/', left: Value, right: Value): Value | null {
  const a = left.dimension;
  const b = right.dimension;
  const result = (dimension: Dimension, number: number): Value => ({ dimension, number, text: '' });
  if (a === 'text' || b === 'text') {
    return a === b && operator === '+' ? { dimension: 'text', number: Number.NaN, text: left.text + right.text } : null;
  }
  switch (operator) {
    case '+':
      return a === b ? result(a, left.number + right.number) : null;
    case '-':
      return a === b ? result(a, left.number - right.number) : null;
    case '*':
      if (a === 'number' || a === 'ratio') return result(a === 'ratio' && b === 'number' ? 'ratio' : b, left.number * right.number);
      if (b === 'number' || b === 'ratio') return result(a, left.number * right.number);
      // What a rate carries in a time, in bytes.
      if ((a === 'rate' && b === 'duration') || (a === 'duration' && b === 'rate'))
        return result('size', (left.number * right.number) / 8e9);
      return null;
    case '/':
      if (b === 'number' || b === 'ratio') return result(a, left.number / right.number);
      if (a === b) return result('number', left.number / right.number);
      if (a === 'size' && b === 'rate') return result('duration', (left.number * 8e9) / right.number);
      if (a === 'size' && b === 'duration') return result('rate', (left.number * 8e9) / right.number);
      return null;
  }
}

const numberWords: readonly string[] = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

function parameterValue(expression: { name: string; start: number; end: number }, site: Site, slot: Slot<unknown> | null): Value | null {
  const { program } = site;
  const { name, start, end } = expression;
  program.judgements++;
  const parameter = program.parameters.get(name);
  if (!parameter) {
    if (program.incomplete || program.excused.has(`let ${name}`)) return null;
    const change = (text: string) => ({ title: `Change to ${text}`, edits: [{ start, end, text }], preferred: true });
    const meant = nearest(name, program.parameters.keys());
    const shown = `\`${shortened(name)}\``;
    const digits = numberWords.indexOf(name.toLowerCase());
    const range = /^(\d+)-(\d+)$/.exec(name);
    if (meant)
      site.report('unknown-parameter', expression, `There is no parameter ${shown}. Did you mean \`${meant}\`?`, {
        fixes: [change(meant)],
      });
    else if (range && !slot)
      site.report('unknown-parameter', expression, `A range is written with two dots: \`${range[1]}..${range[2]}\`.`, {
        fixes: [change(`${range[1]}..${range[2]}`)],
      });
    else if (slot?.dimension === 'text')
      site.report(
        'unknown-parameter',
        expression,
        `Expected ${slot.expected}: write \`"${shortened(name)}"\`. There is no parameter ${shown}.`,
        {
          fixes: [{ title: 'Put it in quotes', edits: [{ start, end, text: `"${name}"` }], preferred: true }],
        },
      );
    else if (!slot && /^\d+\.$/.test(name))
      site.report('unknown-parameter', expression, 'A range is written with two dots, such as `1..3`.');
    else if (!/^[A-Za-z_]/.test(name))
      site.report(
        'unknown-parameter',
        expression,
        `${slot ? `Expected ${slot.expected}: ${shown}` : shown} is neither a value nor the name of a parameter.`,
      );
    else if (digits >= 0)
      site.report('unknown-parameter', expression, `Numbers are written in digits: ${digits}. There is no parameter ${shown}.`, {
        fixes: [change(String(digits))],
      });
    else
      site.report(
        'unknown-parameter',
        expression,
        `${slot ? `Expected ${slot.expected}; there` : 'There'} is no parameter ${shown}. To use one, declare it: \`let ${shortened(name)} = …\`.`,
      );
    return null;
  }
  parameter.used = true;
  const place = site.place(expression);
  program.checkAbove('Parameter', name, parameter.place, place);
  return parameterNamed(name, expression, site);
}

/** The value of a declared parameter, evaluated the first time it is asked for; null when it has none (reported). */
export function parameterNamed(name: string, use: { start: number; end: number }, site: Site): Value | null {
  const { program } = site;
  const parameter = program.parameters.get(name);
  if (!parameter) return null;
  if (parameter.state === 'busy') {
    site.report('circular-parameter', use, `The value of \`${name}\` depends on itself.`, {
      related: [{ ...parameter.place, message: `\`${name}\` is declared here.` }],
    });
    return null;
  }
  if (parameter.state === 'fresh') {
    // A chain of parameters is followed to a depth that no stack minds.
    if (program.parameterDepth >= 1000) {
      site.report('too-deep', use, 'More than 1,000 parameters depend on each other in a row.');
      return null;
    }
    parameter.state = 'busy';
    program.parameterDepth++;
    parameter.value = evaluate(parameter.expression, parameter.site);
    program.parameterDepth--;
    parameter.state = 'done';
  }
  return parameter.value;
}

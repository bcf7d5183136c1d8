/** Gives slots their values: arithmetic with units, parameters, ranges, and the checks that a slot's type asks for. */
import { parseName } from '../../engines/dns/domain-name.ts';
import { ipv4Bytes } from '../../engines/dns/ip-address.ts';
import type { Name, Slot, Slots, Value } from './entry.ts';
import { Program } from './program.ts';
import type { Site } from './site.ts';
import { nearest, oneOf } from './spelling.ts';
import type { Expression, ListSyntax, NameSyntax, SlotSyntax } from './syntax.ts';
import { type Dimension, units, written } from './units.ts';

/** What a slot gives when its problem has been reported. */
export const failed = Symbol('failed');

/** The values of all slots; null when one of them does not hold (it has been reported). */
export function slotValues(slots: Slots, given: Readonly<Record<string, SlotSyntax>>, site: Site): Record<string, unknown> | null {
  const values: Record<string, unknown> = {};
  let whole = true;
  for (const name in slots) {
    const syntax = given[name];
    const value = syntax === undefined ? null : slotValue(slots[name]!, syntax, site);
    if (value === failed) whole = false;
    else values[name] = value;
  }
  return whole ? values : null;
}

function slotValue(slot: Slot<unknown>, syntax: SlotSyntax, site: Site): unknown {
  switch (slot.form) {
    case 'choice': {
      const value = (syntax as { value: string }).value;
      return slot.choices.find(([, meant]) => String(meant) === value)![1];
    }
    case 'name':
      return nameValue(slot, syntax as NameSyntax | ListSyntax, site);
    case 'record-type':
    case 'rest-of-line': {
      const word = syntax as { value: string; start: number; end: number };
      return { text: word.value, start: word.start, end: word.end };
    }
    case 'text': {
      const value = evaluate(syntax as Expression, site, slot);
      if (value === null) return failed;
      if (value.dimension !== 'text') {
        site.report('wrong-dimension', syntax, `Expected ${slot.expected}; this is ${kinds[value.dimension]}.`);
        return failed;
      }
      return slot.meaning === 'file' ? { text: value.text, start: syntax.start, end: syntax.end } : value.text;
    }
    case 'expression': {
      // Kept for when it is needed: parameters may refer to later ones.
      if (slot.meaning === 'any-value') return syntax;
      if (syntax.kind === 'list') {
        const values: unknown[] = [];
        for (const item of syntax.items) {
          const value = quantityValue(slot, item as Expression, site);
          if (value === failed) return failed;
          values.push(value);
        }
        return values;
      }
      return quantityValue(slot, syntax as Expression, site);
    }
  }
}

// Names --------------------------------------------------------------------------------------------------------------

function nameValue(slot: Slot<unknown>, syntax: NameSyntax | ListSyntax, site: Site): unknown {
  const names: Name[] = [];
  if (syntax.kind === 'list') {
    for (const item of syntax.items) if (!expandName(item as NameSyntax, names, site)) return failed;
  } else if (!expandName(syntax, names, site)) return failed;
  for (const name of names) if (!checkName(slot, name, site)) return failed;
  if (slot.count !== 'one') return names;
  if (names.length !== 1) {
    site.report(
      'one-name',
      syntax,
      `Expected ${slot.expected}; \`${syntax.kind === 'name' ? syntax.text : ''}\` stands for ${names.length}.`,
    );
    return failed;
  }
  return names[0];
}

/** Adds the names that `peer[1..n]` stands for. */
function expandName(syntax: NameSyntax, into: Name[], site: Site): boolean {
  const { start, end } = syntax;
  if (!syntax.indices) {
    into.push({ text: syntax.text, start, end });
    return true;
  }
  let texts = [''];
  for (const index of syntax.indices) {
    const first = indexValue(index.first, site);
    const last = index.last ? indexValue(index.last, site) : first;
    if (first === null || last === null) return false;
    if (last < first || (last - first + 1) * texts.length > Program.maximumNames) {
      site.report(
        'range-too-large',
        index,
        last < first
          ? `The range goes from ${first} down to ${last}; write the smaller index first.`
          : `The range stands for ${last - first + 1} names; at most ${Program.maximumNames} are allowed.`,
        last < first && index.last
          ? {
              fixes: [
                {
                  title: 'Swap the indices',
                  edits: [
                    { start: index.first.start, end: index.first.end, text: String(last) },
                    { start: index.last.start, end: index.last.end, text: String(first) },
                  ],
                },
              ],
            }
          : {},
      );
      return false;
    }
    const longer: string[] = [];
    for (const text of texts) for (let i = first; i <= last; i++) longer.push(`${text}${index.before}${i}${index.after}`);
    texts = longer;
  }
  for (const text of texts) into.push({ text, start, end });
  return true;
}

function indexValue(expression: Expression, site: Site): number | null {
  const value = evaluate(expression, site);
  if (value === null) return null;
  if (value.dimension !== 'number') {
    site.report('wrong-dimension', expression, `An index is a whole number; this is ${kinds[value.dimension]}.`);
    return null;
  }
  if (!Number.isInteger(value.number)) {
    site.report('not-whole', expression, `An index is a whole number; this is ${value.number}.`);
    return null;
  }
  if (value.number < 0 || value.number > 1e9) {
    site.report('out-of-range', expression, `An index is 0 to 1,000,000,000; this is ${value.number}.`);
    return null;
  }
  return value.number;
}

function checkName(slot: Slot<unknown>, name: Name, site: Site): boolean {
  switch (slot.meaning) {
    case 'new-zone':
    case 'domain-name': {
      if (name.text.includes('@')) {
        site.report('malformed-name', name, `\`${name.text}\` is a mail address; a domain name has no @.`, {
          fixes: [
            {
              title: 'Keep the domain',
              edits: [{ start: name.start, end: name.end, text: name.text.slice(name.text.lastIndexOf('@') + 1) }],
            },
          ],
        });
        return false;
      }
      const parsed = parseName(name.text);
      if (parsed.ok) return true;
      site.report('malformed-name', name, `\`${short(name.text)}\` is no domain name: ${parsed.error}.`);
      return false;
    }
    case 'new-mailbox':
    case 'mail-address': {
      const domain = name.text.slice(name.text.lastIndexOf('@') + 1);
      const known = site.program.goodDomains.has(domain);
      const why = mailAddressProblem(name.text, known);
      if (why === null) {
        if (!known) site.program.goodDomains.add(domain);
        return true;
      }
      site.report('malformed-mail-address', name, `\`${short(name.text)}\` is no mail address: ${why}.`);
      return false;
    }
    case 'address':
      if (ipv4Bytes(name.text)) return true;
      site.report(
        'malformed-address',
        name,
        `\`${short(name.text)}\` is no IPv4 address: write four numbers from 0 to 255, such as 10.0.0.7.`,
      );
      return false;
    case 'header-name':
      if (/^[!-9;-~]+$/.test(name.text)) return true;
      site.report(
        'malformed-header',
        name,
        `\`${short(name.text)}\` is no header field’s name: it has printable ASCII characters without a colon (RFC 5322 §2.2).`,
      );
      return false;
    case 'new-parameter':
      if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name.text)) return true;
      site.report(
        'malformed-name',
        name,
        `\`${short(name.text)}\` cannot name a parameter: it begins with a letter, and has letters, digits, _ and -.`,
      );
      return false;
    default:
      return true;
  }
}

/** Why a text is no mail address (RFC 5321 §4.1.2, §4.5.3.1); null when it is one. The domain's check can be spared. */
export function mailAddressProblem(text: string, domainIsGood = false): string | null {
  const at = text.lastIndexOf('@');
  if (at < 0) return 'it has no @; one reads ann@example.org';
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  if (local === '') return 'nothing stands before its @';
  if (domain === '') return 'nothing stands behind its @';
  if (local.includes('@')) return 'it has two @';
  if (local.length > 64) return 'the part before the @ is longer than 64 characters';
  if (local.startsWith('.') || local.endsWith('.') || local.includes('..'))
    return 'its local part begins or ends with a dot, or has two in a row';
  if (!/^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+$/.test(local)) return 'its local part has a character that is not allowed there';
  if (domainIsGood) return null;
  if (domain.endsWith('.')) return 'its domain ends with a dot; leave the dot out';
  const parsed = parseName(domain);
  return parsed.ok ? null : parsed.error;
}

// Quantities ---------------------------------------------------------------------------------------------------------

export const kinds: Readonly<Record<Dimension, string>> = {
  number: 'a number',
  duration: 'a duration',
  rate: 'a rate',
  size: 'a size',
  ratio: 'a ratio',
  text: 'a text',
};

function quantityValue(slot: Slot<unknown>, expression: Expression, site: Site): unknown {
  const value = evaluate(expression, site, slot);
  if (value === null) return failed;
  const { dimension } = slot;
  if (dimension === null) return value;
  // 0 is 0 in every unit; a bare share is a ratio.
  const fits =
    value.dimension === dimension ||
    (value.dimension === 'number' && (dimension === 'ratio' || (value.number === 0 && dimension !== 'text')));
  if (!fits) {
    if (value.dimension === 'number') {
      const [likely, ...others] = slot.units;
      const literal = expression.kind === 'quantity';
      site.report(
        'missing-unit',
        expression,
        `Expected ${slot.expected}: ${value.number} has no unit.${literal ? ` Did you mean ${value.number} ${likely}?` : ''}`,
        {
          fixes: literal
            ? [likely!, ...others].map((unit, i) => ({
                title: `Change to ${value.number} ${unit}`,
                edits: [{ start: expression.end, end: expression.end, text: ` ${unit}` }],
                preferred: i === 0,
              }))
            : [],
        },
      );
    } else {
      const known = units.filter((unit) => unit.dimension === dimension && unit.name !== 'us').map((unit) => unit.name);
      site.report(
        'wrong-dimension',
        expression,
        `Expected ${slot.expected}; this is ${kinds[value.dimension]}.${known.length > 0 && value.dimension !== 'text' ? ` Its units are ${oneOf(known, 'and')}.` : ''}`,
      );
    }
    return failed;
  }
  if (slot.whole && !Number.isInteger(value.number)) {
    site.report('not-whole', expression, `Expected ${slot.expected}; this is ${value.number}.`);
    return failed;
  }
  if (!(value.number >= slot.minimum && value.number <= slot.maximum)) {
    const low = Number.isFinite(slot.minimum) ? written(slot.minimum, dimension) : null;
    const high = Number.isFinite(slot.maximum) ? written(slot.maximum, dimension) : null;
    const range = low !== null && high !== null ? `from ${low} to ${high}` : low !== null ? `${low} or more` : `${high} or less`;
    site.report('out-of-range', expression, `${written(value.number, value.dimension)} is out of range: ${range} is possible here.`, {
      fixes:
        dimension === 'ratio' && expression.kind === 'quantity' && value.dimension === 'number' && value.number <= 100 * slot.maximum
          ? [{ title: `Change to ${value.number} %`, edits: [{ start: expression.end, end: expression.end, text: ' %' }], preferred: true }]
          : [],
    });
    return failed;
  }
  // Times, rates and sizes are whole in their base unit.
  return dimension === 'duration' || dimension === 'rate' || dimension === 'size' ? Math.round(value.number) : value.number;
}

/** The value of an expression; null when it has none (reported). `slot`: what it is for, where that is known. */
export function evaluate(expression: Expression, site: Site, slot: Slot<unknown> | null = null): Value | null {
  switch (expression.kind) {
    case 'quantity': {
      const { unit, value } = expression;
      if (!unit) return { dimension: 'number', number: value, text: '' };
      // Powers of ten below one are divided by, so that 0.5 % is exactly 0.005.
      const number = unit.factor < 1 ? value / Math.round(1 / unit.factor) : value * unit.factor;
      return { dimension: unit.dimension, number, text: '' };
    }
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
  const parameter = program.parameters.get(name);
  if (!parameter) {
    if (program.incomplete || program.excused.has(`let ${name}`)) return null;
    const change = (text: string) => ({ title: `Change to ${text}`, edits: [{ start, end, text }], preferred: true });
    const meant = nearest(name, program.parameters.keys());
    const shown = `\`${short(name)}\``;
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
        `Expected ${slot.expected}: write \`"${short(name)}"\`. (There is no parameter ${shown}.)`,
        {
          fixes: [{ title: 'Put it in quotes', edits: [{ start, end, text: `"${name}"` }], preferred: true }],
        },
      );
    else if (digits >= 0)
      site.report('unknown-parameter', expression, `Numbers are written in digits: ${digits}. (There is no parameter ${shown}.)`, {
        fixes: [change(String(digits))],
      });
    else
      site.report(
        'unknown-parameter',
        expression,
        `${slot ? `Expected ${slot.expected}; there` : 'There'} is no parameter ${shown}. To use one, declare it: \`let ${short(name)} = …\`.`,
      );
    return null;
  }
  parameter.used = true;
  const place = site.place(expression);
  program.checkAbove('Parameter', name, parameter.place, place);
  program.occurs('parameter', name, place, false);
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

function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

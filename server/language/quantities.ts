/** Gives quantities their values: dimension, unit and range are checked by the slot's type. */
import type { Slot, Value } from './entry.ts';
import { evaluate, kinds } from './evaluate.ts';
import type { FixInput } from './program.ts';
import type { Site } from './site.ts';
import { oneOf, shortened } from './spelling.ts';
import type { Expression } from './syntax.ts';
import { type Dimension, units, written } from './units.ts';

/** A slot's value; null when it does not hold (reported). */
export function quantityValue(slot: Slot<unknown>, expression: Expression, site: Site): number | Value | null {
  const value = evaluate(expression, site, slot);
  if (value === null) return null;
  const { dimension } = slot;
  if (dimension === null) return value;
  // 0 is 0 in every unit; a bare share is a ratio.
  const fits =
    value.dimension === dimension ||
    (value.dimension === 'number' && (dimension === 'ratio' || (value.number === 0 && dimension !== 'text')));
  if (!fits) {
    if (value.dimension === 'number') {
      reportMissingUnit(slot, expression, value, site);
    } else {
      const known = units.filter((unit) => unit.dimension === dimension && unit.name !== 'us').map((unit) => unit.name);
      site.report(
        'wrong-dimension',
        expression,
        `Expected ${slot.expected}; this is ${kinds[value.dimension]}.${known.length > 0 && value.dimension !== 'text' ? ` Its units are ${oneOf(known, 'and')}.` : ''}`,
        { fixes: conversions(dimension, expression, value) },
      );
    }
    return null;
  }
  if (slot.whole && !Number.isInteger(value.number)) {
    site.report('not-whole', expression, `Expected ${slot.expected}; this is ${value.number}.`);
    return null;
  }
  if (!(value.number >= slot.minimum && value.number <= slot.maximum)) {
    const low = Number.isFinite(slot.minimum) ? written(slot.minimum, dimension) : null;
    const high = Number.isFinite(slot.maximum) ? written(slot.maximum, dimension) : null;
    const range = low !== null && high !== null ? `from ${low} to ${high}` : low !== null ? `${low} or more` : `${high} or less`;
    const share =
      dimension === 'ratio' && value.dimension === 'number' && slot.maximum === 1 ? ' A number without % is a share from 0 to 1.' : '';
    site.report('out-of-range', expression, `${measured(expression, value, site)} out of range: ${range} is possible here.${share}`, {
      fixes:
        dimension === 'ratio' && expression.kind === 'quantity' && value.dimension === 'number' && value.number <= 100 * slot.maximum
          ? [{ title: `Change to ${value.number} %`, edits: [{ start: expression.end, end: expression.end, text: ' %' }], preferred: true }]
          : [],
    });
    return null;
  }
  // Times, rates and sizes are whole in their base unit.
  return dimension === 'duration' || dimension === 'rate' || dimension === 'size' ? Math.round(value.number) : value.number;
}

/** The fix adds the likely unit to the number: here, or where the parameter is declared that stands here. */
function reportMissingUnit(slot: Slot<unknown>, expression: Expression, value: Value, site: Site): void {
  const { number } = value;
  const parameter = expression.kind === 'parameter' ? site.program.parameters.get(expression.name) : undefined;
  const { source } = parameter?.place ?? site;
  const written = parameter?.expression ?? expression;
  const isLiteral = written.kind === 'quantity';
  const shown = parameter ? `\`${parameter.name}\` is ${number}, which` : String(number);
  site.report(
    'missing-unit',
    expression,
    `Expected ${slot.expected}: ${shown} has no unit.${isLiteral ? ` Did you mean ${number} ${slot.units[0]}?` : ''}`,
    {
      fixes: isLiteral
        ? slot.units.map((unit, i) => ({
            title: parameter ? `Change \`${parameter.name}\` to ${number} ${unit}` : `Change to ${number} ${unit}`,
            edits: [{ start: written.end, end: written.end, text: ` ${unit}`, source }],
            preferred: i === 0,
          }))
        : [],
      ...(parameter ? { related: [{ ...parameter.place, message: `\`${parameter.name}\` is declared here.` }] } : {}),
    },
  );
}

/** Bits for bytes, and bytes for bits: the same amount, and the same number in the unit that looks alike. */
function conversions(wanted: Dimension, expression: Expression, { dimension, number }: Value): FixInput[] {
  if (expression.kind !== 'quantity' || !expression.unit) return [];
  const toRate = dimension === 'size' && wanted === 'rate';
  if (!toRate && !(dimension === 'rate' && wanted === 'size')) return [];
  const { start, end, unit, value } = expression;
  const texts = [written(toRate ? number * 8 : number / 8, wanted)];
  const alike = toRate ? unit.name.replace(/^([kMGT]?)B$/, '$1bps') : unit.name.replace('bps', 'B');
  if (alike !== unit.name) texts.push(`${value} ${alike}`);
  return texts.map((text) => ({ title: `Change to ${text}`, edits: [{ start, end, text }] }));
}

/** `-5 ms is`, as the author wrote it; for what is computed, `\`pause * 3\` is 6 s, which is`. */
function measured(expression: Expression, value: Value, site: Site): string {
  const { start, end } = expression;
  const text = shortened(site.program.sources[site.source]!.text.slice(start, end).replace(/\s+/g, ' '));
  const plain = expression.kind === 'negative' ? expression.operand.kind : expression.kind;
  return plain === 'quantity' ? `${text} is` : `\`${text}\` is ${written(value.number, value.dimension)}, which is`;
}

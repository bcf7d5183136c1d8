/** Gives a statement's slots their values, each by the form of its type. */
import type { Statistic } from '../../engines/statistics.ts';
import type { Measure, Name, Ports, Slot, SlotMeaning, Slots } from './entry.ts';
import { evaluate, kinds } from './evaluate.ts';
import { slotNamesOf } from './measures.ts';
import { nameValue } from './names.ts';
import { quantityValue } from './quantities.ts';
import type { Site } from './site.ts';
import { sweptValues } from './swept-values.ts';
import type { Expression, ListSyntax, MeasureSyntax, NameSyntax, PortsSyntax, SlotSyntax, WordSyntax } from './syntax.ts';

/** What a slot gives when its problem has been reported; null is the value of one that was left out. */
const failed = Symbol('failed');

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

/** Texts that name something: with where they stand. */
const PLACED: ReadonlySet<SlotMeaning> = new Set(['file', 'path', 'web-path', 'quoted-name']);

function textValue(slot: Slot<unknown>, syntax: Expression, site: Site): unknown {
  const value = evaluate(syntax, site, slot);
  if (value === null) return failed;
  if (value.dimension !== 'text') {
    site.report('wrong-dimension', syntax, `Expected ${slot.expected}; this is ${kinds[value.dimension]}.`);
    return failed;
  }
  return PLACED.has(slot.meaning) ? site.placing({ text: value.text }, syntax) : value.text;
}

function slotValue(slot: Slot<unknown>, syntax: SlotSyntax, site: Site): unknown {
  switch (slot.form) {
    case 'choice': {
      const value = (syntax as { value: string }).value;
      return slot.choices.find(([, meant]) => String(meant) === value)![1];
    }
    case 'name':
      return nameValue(slot, syntax as NameSyntax | ListSyntax, site) ?? failed;
    case 'record-type':
    case 'rest-of-line': {
      return site.placing({ text: (syntax as WordSyntax).value }, syntax);
    }
    case 'text': {
      if (syntax.kind !== 'list') return textValue(slot, syntax as Expression, site);
      const values = syntax.items.map((item) => textValue(slot, item as Expression, site));
      return values.includes(failed) ? failed : values;
    }
    case 'ports': {
      if (syntax.kind !== 'list') return portsValue(slot, syntax as PortsSyntax, site) ?? failed;
      const values = syntax.items.map((item) => portsValue(slot, item as PortsSyntax, site));
      return values.includes(null) ? failed : values;
    }
    case 'measure': {
      if (syntax.kind !== 'list') return measureValue(syntax as MeasureSyntax, site) ?? failed;
      const values = syntax.items.map((item) => measureValue(item as MeasureSyntax, site));
      return values.includes(null) ? failed : values;
    }
    case 'values':
      return sweptValues(syntax as ListSyntax, site) ?? failed;
    case 'expression': {
      // Kept for when it is needed: parameters may refer to later ones.
      if (slot.meaning === 'any-value') return syntax;
      if (syntax.kind === 'list') {
        const values: unknown[] = [];
        for (const item of syntax.items) {
          const value = quantityValue(slot, item as Expression, site);
          if (value === null) return failed;
          values.push(value);
        }
        return values;
      }
      return quantityValue(slot, syntax as Expression, site) ?? failed;
    }
  }
}

/** null when a name in it does not hold (reported). */
function measureValue(syntax: MeasureSyntax, site: Site): Measure | null {
  const { form, slots } = syntax;
  const subjects: (readonly Name[] | null)[] = [];
  for (const name of slotNamesOf(form.metric)) {
    const subject = slots[name];
    const names = subject === undefined ? null : nameValue(form.slots[name]!, subject as NameSyntax, site);
    if (subject !== undefined && names === null) return null;
    subjects.push(names as readonly Name[] | null);
  }
  const statistic = slots.STATISTIC as { readonly value: Statistic } | undefined;
  return site.placing({ metric: form.metric, statistic: statistic?.value ?? null, subjects }, syntax);
}

/** null when they do not hold (reported). */
function portsValue(slot: Slot<unknown>, syntax: PortsSyntax, site: Site): Ports | null {
  const { first, last, start, end } = syntax;
  const from = quantityValue(slot, first, site) as number | null;
  const to = last ? (quantityValue(slot, last, site) as number | null) : from;
  if (from === null || to === null) return null;
  if (from <= to) return site.placing({ first: from, last: to }, syntax);
  site.report('range-descends', { start, end }, `The ports go from ${from} down to ${to}; write the smaller one first.`, {
    fixes: [{ title: 'Swap them', edits: [{ start, end, text: `${to}-${from}` }], preferred: true }],
  });
  return null;
}

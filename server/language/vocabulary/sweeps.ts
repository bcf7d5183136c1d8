/** Sweeps over parameters, and comparisons of alternatives. */
import type { Unit } from '../../../engines/run.ts';
import { MAXIMUM_POINTS, pointCount, type SweepAxis } from '../../../engines/sweep/plan.ts';
import { alternative, count, entry, list, type Name, newAlternative, optional, parameter, type SweptValue, values } from '../entry.ts';
import { kinds } from '../evaluate.ts';
import type { Site } from '../site.ts';
import { nearest } from '../spelling.ts';
import type { Dimension } from '../units.ts';

const MAXIMUM_ALTERNATIVES = 6;

const unitOf: Readonly<Record<Exclude<Dimension, 'text'>, Unit>> = { number: '', duration: 'ns', rate: 'bit/s', size: 'B', ratio: 'ratio' };

/** null (and reported) where the parameter is not there, or measures something else. */
function axis(name: Name, swept: readonly SweptValue[], site: Site): SweepAxis | null {
  const { program } = site;
  const declared = program.parameters.get(name.text);
  const [first] = swept;
  if (!declared || !first) {
    if (program.incomplete || program.excused.has(`let ${name.text}`)) return null;
    const meant = nearest(name.text, program.parameters.keys());
    site.report(
      'unknown-parameter',
      name,
      `There is no parameter \`${name.text}\`. ${meant ? `Did you mean \`${meant}\`?` : `Declare it with the value that it has outside of sweeps: \`let ${name.text} = …\`.`}`,
      meant
        ? { fixes: [{ title: `Change to \`${meant}\``, edits: [{ start: name.start, end: name.end, text: meant }], preferred: true }] }
        : {},
    );
    return null;
  }
  const place = site.place(name);
  declared.swept ??= place;
  program.checkAbove('Parameter', name.text, declared.place, place);
  if (!declared.value) return null;
  const { dimension } = declared.value;
  if (first.dimension !== dimension || first.dimension === 'text') {
    site.report('wrong-dimension', first, `\`${name.text}\` is ${kinds[dimension]}; this is ${kinds[first.dimension]}.`);
    return null;
  }
  return { parameter: name.text, unit: unitOf[first.dimension], values: swept.map(({ number }) => number) };
}

/** null (and reported) where one is not declared, or named twice. */
function compared(names: readonly Name[], site: Site): readonly string[] | null {
  const known = [...site.program.alternatives.keys()];
  for (const [i, name] of names.entries()) {
    if (!known.includes(name.text)) {
      const meant = nearest(name.text, known);
      const listed =
        known.length > 0 ? `There are ${known.map((one) => `\`${one}\``).join(', ')}.` : `Declare it: \`alternative ${name.text} { … }\`.`;
      site.report(
        'unknown-alternative',
        name,
        `There is no alternative \`${name.text}\`. ${meant ? `Did you mean \`${meant}\`?` : listed}`,
        meant
          ? { fixes: [{ title: `Change to \`${meant}\``, edits: [{ start: name.start, end: name.end, text: meant }], preferred: true }] }
          : {},
      );
      return null;
    }
    for (const block of site.program.alternatives.get(name.text) ?? [])
      site.program.checkAbove('Alternative', name.text, block, site.place(name));
    if (names.findIndex(({ text }) => text === name.text) < i) {
      site.report('duplicate-value', name, `\`${name.text}\` is named twice.`);
      return null;
    }
  }
  if (names.length > MAXIMUM_ALTERNATIVES) {
    site.report('out-of-range', names[MAXIMUM_ALTERNATIVES]!, `Up to ${MAXIMUM_ALTERNATIVES} alternatives are compared.`);
    return null;
  }
  return names.map(({ text }) => text);
}

function add(axes: readonly SweepAxis[], alternatives: readonly string[], repeats: number, site: Site): void {
  const points = pointCount({ axes, alternatives, repeats });
  if (points > MAXIMUM_POINTS) {
    const head = { start: site.statement.start, end: site.statement.headEnd };
    site.report('too-many-points', head, `This sweep has ${points} points; at most ${MAXIMUM_POINTS} are run.`);
    return;
  }
  site.program.sweeps.push({ plan: { text: site.text, at: site.at, alternatives, axes, repeats }, plots: [], expectations: [] });
}

const repeat = optional(count({ minimum: 1, maximum: 1_000 }));
const SWEPT = 'let n = 1 MB\nhost pc { down 5 Mbps }\nhost server\nserver transfers n to pc\n';

export const sweepsVocabulary = [
  entry({
    id: 'sweep',
    role: 'view',
    pattern:
      'sweep PARAMETER over VALUES [and PARAMETER-2 over VALUES-2 [and PARAMETER-3 over VALUES-3]] [comparing ALTERNATIVE] [repeat N]',
    slots: {
      PARAMETER: parameter,
      VALUES: values,
      'PARAMETER-2': optional(parameter),
      'VALUES-2': optional(values),
      'PARAMETER-3': optional(parameter),
      'VALUES-3': optional(values),
      ALTERNATIVE: optional(list(alternative)),
      N: repeat,
    },
    block: 'views',
    blockRequired: true,
    doc: 'Runs the scenario once for each value of a parameter, `10, 30, 100` or `1..10 step 2`; of several parameters, for each combination, and for each alternative that is compared. With `repeat`, each point runs with so many seeds, the same ones everywhere, and plots show the mean and a 95 % confidence band. In its block stand plots against a parameter, and expectations, which each run must meet.',
    example: `${SWEPT}sweep n over 100 kB, 1 MB, 10 MB repeat 3 {\n  plot goodput of server to pc against n\n  expect goodput of server to pc < 5 Mbps\n}`,
    build(given, _block, site) {
      const alternatives = compared(given.ALTERNATIVE ?? [], site);
      const pairs = [
        [given.PARAMETER, given.VALUES],
        [given['PARAMETER-2'], given['VALUES-2']],
        [given['PARAMETER-3'], given['VALUES-3']],
      ] as const;
      const axes: SweepAxis[] = [];
      for (const [name, swept] of pairs) {
        if (!name || !swept) break;
        const made = axis(name, swept, site);
        if (!made) return;
        if (axes.some(({ parameter }) => parameter === name.text)) {
          site.report('duplicate-value', name, `\`${name.text}\` is swept already.`);
          return;
        }
        axes.push(made);
      }
      if (alternatives) add(axes, alternatives, given.N ?? 1, site);
    },
  }),
  entry({
    id: 'alternative',
    role: 'declaration',
    pattern: 'alternative NAME',
    slots: { NAME: newAlternative },
    block: 'statements',
    blockRequired: true,
    doc: 'What stands in the block holds in this alternative only. The alternative that is declared first holds, unless `compare` or `sweep … comparing` runs another one. An alternative may have several blocks.',
    example:
      'host pc\nhost server\nalternative clean { link pc <-> server { rate 10 Mbps } }\nalternative lossy { link pc <-> server { rate 10 Mbps  loss 1 % } }\nserver transfers 1 MB to pc\ncompare clean, lossy { plot congestion window of server to pc }',
    // Its statements have been put in place already.
    build() {},
  }),
  entry({
    id: 'compare',
    role: 'view',
    pattern: 'compare ALTERNATIVE [repeat N]',
    slots: { ALTERNATIVE: list(alternative), N: repeat },
    block: 'views',
    blockRequired: true,
    doc: 'Runs the scenario once for each alternative, and shows all metrics side by side; with `repeat`, with so many seeds, as means with 95 % confidence intervals. In its block stand plots, which draw the alternatives over each other, and expectations, which each run must meet.',
    example:
      'host pc\nhost server\nalternative near { link pc <-> server { latency 5 ms } }\nalternative far { link pc <-> server { latency 100 ms } }\nserver transfers 1 MB to pc\ncompare near, far repeat 3 {\n  plot goodput of server to pc\n}',
    build({ ALTERNATIVE, N }, _block, site) {
      const alternatives = compared(ALTERNATIVE, site);
      if (alternatives) add([], alternatives, N ?? 1, site);
    },
  }),
];

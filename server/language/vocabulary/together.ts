/** Steps that stand side by side. */
import type { Site } from '../site.ts';
import { step, timing } from './timing.ts';

/** The fix writes `every` on the steps inside, where none says on its own when it happens. */
function reportRepeatedTogether(site: Site): void {
  const { statement } = site;
  const { text } = site.program.sources[site.source]!;
  const { start, headEnd } = statement;
  const [every, until] = text.slice(start, headEnd).split(/\s+together\s+/);
  const steps = statement.block ?? [];
  const plain = steps.every(
    ({ entry, complete, start, slots }) => complete && entry?.role === 'step' && entry.block !== 'steps' && slots.HOST?.start === start,
  );
  site.report('repeated-together', { start, end: headEnd }, 'A `together` runs once; write `every` on the steps inside it.', {
    fixes:
      plain && every !== undefined && until !== undefined
        ? [
            {
              title: 'Write `every` on the steps',
              edits: [
                { start, end: headEnd, text: 'together' },
                ...steps.flatMap((step) => [
                  { start: step.start, end: step.start, text: `${every} ` },
                  { start: step.headEnd, end: step.headEnd, text: ` ${until}` },
                ]),
              ],
              preferred: true,
            },
          ]
        : [],
  });
}

export const togetherVocabulary = [
  step({
    id: 'together',
    pattern: 'together',
    slots: {},
    block: 'steps',
    blockRequired: true,
    doc: 'Runs the steps in its block side by side; it is done when all of them are.',
    example: 'host a, b\ntogether {\n  a crashes for 1 s\n  b crashes for 1 s\n}',
    build(given, _block, site: Site) {
      const when = timing(given, site);
      if (when?.kind === 'every') reportRepeatedTogether(site);
      else if (when) site.addStep(when, { kind: 'together' });
    },
  }),
];

/** Figures of what was measured otherwise than by a run, as a drawing of their own, for pages. */
import type { SweepFigure } from '../sweep/figures.ts';
import { drawingOf } from './drawing.ts';
import { escapeXml } from './escape.ts';
import { below } from './plots.ts';
import { drawnFigure } from './sweeps.ts';

const TOP = 38;

/** One under the other. `width` in pixels. */
export function figuresSvg(title: string, figures: readonly SweepFigure[], width = 720): string {
  const { lines, height } = below(figures.map((figure) => drawnFigure(figure, width)));
  return drawingOf({
    lines: [`<text class="title" x="16" y="26">${escapeXml(title)}</text>`, `<g transform="translate(0 ${TOP})">`, ...lines, '</g>'],
    width,
    height: TOP + height,
    description: `${title}: ${figures.map(({ name }) => name).join('; ')}`,
  });
}

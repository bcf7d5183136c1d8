/** The same for pages without a program, and for plain text. */
import type { ViewKind } from '../../engines/scenario.ts';
import { describeFrame, type Filmstrip, filmstripOf, pictureRgba, type Strip, transmittedRgba } from './filmstrip.ts';
import { pngDataUri } from './png.ts';

type FramesView = ViewKind & { readonly kind: 'frames' };

const LEFT = 16;
const GAP = 10;
const CAPTION = 18;
const BARS = 34;
/** Pictures that are drawn of each strip: the key frame, and some behind it. */
const DRAWN = [0, 1, 8] as const;

/** Drawn from `top` on; `forXml` makes text fit for XML. */
export function framesSvg(
  view: FramesView,
  top: number,
  width: number,
  forXml: (text: string) => string,
): { lines: string[]; height: number } {
  const film = filmstripOf(view.clip, view.encodings);
  const drawn = DRAWN.filter((frame) => frame < film.count);
  const scale = Math.max(1, Math.floor((width - 2 * LEFT - drawn.length * GAP) / (drawn.length * film.clip.width) / 2));
  const [wide, high] = [film.clip.width * scale, film.clip.height * scale];
  const lines = [`<text class="host" x="${LEFT}" y="${top + 14}">${forXml(film.title)}</text>`];
  let y = top + 26;
  const row = (caption: string, pictures: readonly string[]) => {
    lines.push(`<text class="dim" x="${LEFT}" y="${y + 12}">${forXml(caption)}</text>`);
    y += CAPTION;
    pictures.forEach((uri, i) => {
      const x = LEFT + i * (wide + GAP);
      lines.push(
        `<rect class="head" x="${x - 0.5}" y="${y - 0.5}" width="${wide + 1}" height="${high + 1}"/>`,
        `<image x="${x}" y="${y}" width="${wide}" height="${high}" style="image-rendering:pixelated" href="${uri}"/>`,
      );
    });
    y += high + 8;
  };
  row(
    `pictures ${drawn.join(', ')}, as they are`,
    drawn.map((frame) => uriOf(film, pictureRgba(film.originals[frame]!))),
  );
  for (const strip of film.strips) {
    row(
      `${strip.name}: ${strip.summary}`,
      drawn.map((frame) => uriOf(film, transmittedRgba(strip.frames[frame]!))),
    );
    lines.push(bars(film, strip, LEFT + drawn.length * (wide + GAP), y - BARS - 8, width - 2 * LEFT - drawn.length * (wide + GAP)));
  }
  return { lines, height: y - top };
}

const uriOf = ({ clip }: Filmstrip, rgba: Uint8Array): string => pngDataUri(clip.width, clip.height, rgba);

function bars(film: Filmstrip, strip: Strip, left: number, top: number, width: number): string {
  const step = width / film.count;
  const path = strip.frames
    .map(({ bytes }, i) => {
      const height = Math.max(0.5, (bytes.length / film.largest) * BARS);
      const x = left + i * step;
      return `M${x.toFixed(1)} ${top + BARS}v${(-height).toFixed(1)}h${(step * 0.8).toFixed(2)}v${height.toFixed(1)}z`;
    })
    .join('');
  return `<path class="tip p0" d="${path}"/>`;
}

const EIGHTHS = '▁▂▃▄▅▆▇█';
/** Bars in a line of text. */
const MOST_BARS = 96;

/** Lines without their ends. */
export function framesText(view: FramesView): string[] {
  const film = filmstripOf(view.clip, view.encodings);
  const lines = [`Pictures of ${film.title}`];
  if (film.strips.length === 0) lines.push('  no step above codes this clip');
  for (const strip of film.strips) {
    lines.push(`  ${strip.name}: ${strip.summary}`);
    const line = strip.frames.slice(0, MOST_BARS).map(({ bytes }) => EIGHTHS[Math.min(7, Math.floor((bytes.length / film.largest) * 8))]);
    lines.push(`    ${line.join('')}`);
    for (const frame of DRAWN) {
      const encoded = strip.frames[frame];
      if (encoded) lines.push(`    picture ${frame}: ${describeFrame(encoded)}`);
    }
  }
  return lines;
}

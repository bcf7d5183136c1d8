/**
 * Widths of text without a browser: layout is data, the same in a notebook, in a static SVG and in a test. Estimates lean to
 * the wide side of common system fonts, so that what fits here fits on the screen.
 */

export interface Font {
  /** Pixels. */
  readonly size: number;
  readonly monospace: boolean;
}

/** Wire text on arrows. */
export const LABEL: Font = { size: 12, monospace: true };
export const PROSE: Font = { size: 12, monospace: false };
/** Heads of lifelines: 12 px semibold, which runs wider than its size. */
export const HEAD: Font = { size: 14, monospace: false };
export const ADDRESS: Font = { size: 10.5, monospace: false };
export const SMALL: Font = { size: 11, monospace: false };

const NARROW = new Set("iIjl.,:;'|!()[]{}ft/\\ -r");
const WIDE = new Set('mwMW@%—…');

/** Pixels, at most about a tenth too many for Latin text. */
export function textWidth(text: string, font: Font): number {
  let ems = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code >= 0x1f000) ems += 1.35;
    else if (code >= 0x1100 && code < 0xfffd && !(code >= 0x2000 && code < 0x2c00)) ems += 1.05;
    else if (font.monospace) ems += 0.605;
    else if (NARROW.has(character)) ems += 0.36;
    else if (WIDE.has(character)) ems += 0.95;
    else ems += code >= 65 && code <= 90 ? 0.7 : 0.585;
  }
  return ems * font.size;
}

/** The text, cut with an ellipsis to fit `width` pixels. */
export function shorten(text: string, width: number, font: Font): string {
  if (textWidth(text, font) <= width) return text;
  const characters = [...text];
  const room = width - textWidth('…', font);
  let used = 0;
  let count = 0;
  while (count < characters.length) {
    used += textWidth(characters[count]!, font);
    if (used > room) break;
    count++;
  }
  return count === 0 ? '…' : `${characters.slice(0, count).join('').trimEnd()}…`;
}

/** A host's name over two lines, broken after a dot, or a hyphen where it has no dot, so that both are as short as can be. */
export function breakName(name: string): readonly string[] {
  const breaks = (mark: string) => [...name].flatMap((character, i) => (character === mark && i > 0 && i < name.length - 1 ? [i + 1] : []));
  const places = breaks('.').length > 0 ? breaks('.') : breaks('-');
  let lines: readonly string[] = [name];
  let longest = Infinity;
  for (const i of places) {
    const candidate = [name.slice(0, i), name.slice(i)] as const;
    const longer = Math.max(...candidate.map((line) => textWidth(line, HEAD)));
    // Of two that are nearly alike, the earlier: the rest of a name says more than its first label.
    if (longer > longest * 0.9) continue;
    longest = longer;
    lines = candidate;
  }
  return lines;
}

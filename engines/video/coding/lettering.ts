/** Letters of three by five pixels, for clips that show text. */

/** Rows of a line, the room below the letters included. */
export const LINE_HEIGHT = 7;
const WIDTH = 3;
const HEIGHT = 5;

/** Each row's pixels as three characters; what is not here is a space. */
const GLYPHS: Readonly<Record<string, string>> = {
  A: '.#.#.#####.##.#',
  B: '##.#.###.#.###.',
  C: '.###..#..#...##',
  D: '##.#.##.##.###.',
  E: '####..##.#..###',
  F: '####..##.#..#..',
  G: '.###..#.##.#.##',
  H: '#.##.#####.##.#',
  I: '###.#..#..#.###',
  K: '#.##.###.#.##.#',
  L: '#..#..#..#..###',
  M: '#.########.##.#',
  N: '##.#.##.##.##.#',
  O: '.#.#.##.##.#.#.',
  P: '##.#.###.#..#..',
  R: '##.#.###.#.##.#',
  S: '.###...#...###.',
  T: '###.#..#..#..#.',
  U: '#.##.##.##.####',
  W: '#.##.#####.##.#',
  Y: '#.##.#.#..#..#.',
};

/** Draws a text from its upper left corner on, as far as it lies within the picture. */
export function drawText(picture: Uint8Array, width: number, height: number, text: string, left: number, top: number, shade: number): void {
  for (const [place, letter] of [...text].entries()) {
    const glyph = GLYPHS[letter];
    if (glyph === undefined) continue;
    for (let y = 0; y < HEIGHT; y++) {
      for (let x = 0; x < WIDTH; x++) {
        const column = left + place * (WIDTH + 1) + x;
        const row = top + y;
        if (glyph[y * WIDTH + x] !== '#' || column >= width || row < 0 || row >= height) continue;
        picture[row * width + column] = shade;
      }
    }
  }
}

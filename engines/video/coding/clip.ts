/**
 * The pictures of a synthetic clip: a pure function of what the scenario says of it, so that whoever wants a picture makes it.
 * A picture is its pixels row by row, one byte of brightness each (0 black, 255 white).
 */
import { type RandomStream, randomStream } from '../../kernel/random.ts';
import { SECOND } from '../../quantities.ts';
import { drawText, LINE_HEIGHT } from './lettering.ts';
import type { Clip, Pattern } from './scenario.ts';

export type Picture = Uint8Array;

/** At least one. */
export function frameCount({ duration, frameRate }: Pick<Clip, 'duration' | 'frameRate'>): number {
  return Math.max(1, Math.round((duration * frameRate) / SECOND));
}

/** All pictures, in order. Equal clips give equal pictures. */
export function* picturesOf(clip: Clip): Generator<Picture> {
  const random = randomStream(clip.seed, `pictures of ${clip.pattern}`);
  const draw = patterns[clip.pattern];
  const count = frameCount(clip);
  for (let frame = 0; frame < count; frame++) {
    const picture = new Uint8Array(clip.width * clip.height);
    draw(picture, clip, frame, random);
    if (clip.grain > 0) addGrain(picture, clip.grain, random);
    yield picture;
  }
}

type Draw = (picture: Picture, clip: Clip, frame: number, random: RandomStream) => void;

/** How long a scene of `scene cuts` lasts, in pictures for a second. */
const SCENE_SECONDS = 1;

const patterns: Readonly<Record<Pattern, Draw>> = {
  'bouncing ball': ball,
  'scrolling text': (picture, { width, height, frameRate }, frame) => {
    picture.fill(16);
    // Some eight rows a second, upwards.
    const shift = Math.floor((frame * 8) / frameRate);
    const lines = Math.ceil(height / LINE_HEIGHT) + 1;
    const first = Math.floor(shift / LINE_HEIGHT);
    for (let line = first; line < first + lines; line++) {
      drawText(picture, width, height, CREDITS[line % CREDITS.length] as string, 3, line * LINE_HEIGHT - shift + 2, 224);
    }
  },
  'scene cuts': (picture, clip, frame, random) => {
    const scene = Math.floor(frame / (clip.frameRate * SCENE_SECONDS));
    (SCENES[scene % SCENES.length] as Draw)(picture, clip, frame, random);
  },
  noise: (picture, _clip, _frame, random) => picture.set(random.bytes(picture.length)),
  still: meadow,
};

const CREDITS = ['A FILM', 'IS MANY', 'STILL', 'PICTURES', '', 'SHOWN', 'ONE BY', 'ONE', ''];

/** From a calm scene to a busy one: a sky, a ball, a field of corn in the wind, leaves that fall everywhere. */
const SCENES: readonly Draw[] = [meadow, ball, corn, leaves];

/** A ball with a bright side, thrown about in a room with a striped wall. */
function ball(picture: Picture, { width, height, frameRate }: Clip, frame: number): void {
  picture.fill(68);
  for (let at = 0; at < picture.length; at++) if ((at % width) % 8 >= 6) picture[at] = 84;
  const radius = Math.max(2, Math.floor(Math.min(width, height) / 5));
  const floor = height - Math.max(1, Math.floor(height / 10));
  picture.fill(44, floor * width);
  // Speeds in pixels a second, as a share of the room.
  const x = radius + triangle((frame * width * 0.55) / frameRate, width - 2 * radius);
  const y = radius + triangle((frame * height * 0.8) / frameRate, floor - 2 * radius);
  const [centreX, centreY] = [Math.round(x), Math.round(y)];
  for (let row = Math.max(0, centreY - radius); row <= Math.min(height - 1, centreY + radius); row++) {
    for (let column = Math.max(0, centreX - radius); column <= Math.min(width - 1, centreX + radius); column++) {
      const distance = (row - centreY) ** 2 + (column - centreX) ** 2;
      if (distance > radius * radius) continue;
      const lit = (row - centreY + radius / 3) ** 2 + (column - centreX + radius / 3) ** 2;
      picture[row * width + column] = lit <= (radius / 2) ** 2 ? 244 : lit <= radius * radius ? 204 : 164;
    }
  }
}

/** There and back again between 0 and `size`. */
function triangle(distance: number, size: number): number {
  if (size <= 0) return 0;
  const place = distance % (2 * size);
  return place <= size ? place : 2 * size - place;
}

/** A sky that is brighter towards the horizon, a sun, and grass; nothing moves. */
function meadow(picture: Picture, { width, height }: Clip): void {
  const horizon = Math.floor((height * 2) / 3);
  for (let row = 0; row < height; row++) {
    const shade = row < horizon ? 116 + Math.floor((row * 4) / horizon) * 24 : 68;
    picture.fill(shade, row * width, (row + 1) * width);
  }
  const radius = Math.floor(height / 8);
  for (let row = 0; row < 2 * radius; row++) {
    for (let column = 0; column < 2 * radius; column++) {
      if ((row - radius) ** 2 + (column - radius) ** 2 > radius * radius) continue;
      picture[(row + 2) * width + column + width - 2 * radius - 4] = 252;
    }
  }
}

/** Stripes that sway: each row moves by another pixel and comes back. */
function corn(picture: Picture, { width, height, frameRate }: Clip, frame: number): void {
  const time = (frame * 6) / frameRate;
  for (let row = 0; row < height; row++) {
    const shift = Math.round(triangle(time + row / 5, 4));
    for (let column = 0; column < width; column++) {
      const stripe = (column + shift + 4) % 6;
      picture[row * width + column] = 90 + stripe * 20 + (row % 3) * 8;
    }
  }
}

/** Each picture another heap of blocks, four pixels each way. */
function leaves(picture: Picture, { width, height }: Clip, _frame: number, random: RandomStream): void {
  for (let row = 0; row < height; row += 4) {
    for (let column = 0; column < width; column += 4) {
      const shade = 60 + 12 * random.below(12);
      for (let y = row; y < Math.min(height, row + 4); y++)
        picture.fill(shade, y * width + column, y * width + Math.min(width, column + 4));
    }
  }
}

function addGrain(picture: Picture, grain: number, random: RandomStream): void {
  for (let i = 0; i < picture.length; i++) {
    const value = (picture[i] as number) + random.below(2 * grain + 1) - grain;
    picture[i] = Math.max(0, Math.min(255, value));
  }
}

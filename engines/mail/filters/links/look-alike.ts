/**
 * Domain names that look like others: a skeleton of what the eye sees, in the manner of UTS #39 §4, with the part of its table that
 * stands for Latin letters and digits in domain names. Two names with one skeleton are taken for one another.
 */
import { unicodeName } from './punycode.ts';

/** Characters (and pairs) by the Latin letter that they are taken for. */
const LOOKS: Readonly<Record<string, string>> = {
  a: 'аɑαàáâãäåạ',
  b: 'ƅЬ',
  c: 'сϲçć',
  d: 'ԁɗ',
  e: 'еҽèéêëẹ',
  g: 'ɡց',
  h: 'һ',
  i: 'іıíìîïι',
  j: 'јϳ',
  k: 'κк',
  l: '1ӏⅼ|',
  m: 'м',
  n: 'ոñ',
  o: '0оοօòóôõöọ',
  p: 'рρ',
  q: 'ԛ',
  r: 'г',
  s: 'ѕ5',
  t: 'т',
  u: 'υսüùúû',
  v: 'ѵν',
  w: 'ԝω',
  x: 'хχ',
  y: 'уүýÿ',
  z: 'ᴢ',
};

const SKELETONS = new Map(Object.entries(LOOKS).flatMap(([letter, likes]) => [...likes].map((like) => [like, letter] as const)));

/** Lower case in, `xn--` labels decoded; equal for names that look alike. */
export function skeleton(name: string): string {
  const letters = [...unicodeName(name).toLowerCase()].map((char) => SKELETONS.get(char) ?? char).join('');
  return letters.replaceAll('rn', 'm').replaceAll('vv', 'w').replaceAll('cl', 'd');
}

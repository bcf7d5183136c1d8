import { expect, test } from 'vitest';
import { randomStream } from '../kernel/random.ts';
import target from './tls.fuzz.ts';

test('the corpus and what becomes of it by chance keep to the properties', () => {
  const corpus = target.corpus();
  expect(corpus.length).toBeGreaterThan(8);
  for (const bytes of corpus) target.run(bytes);
  const random = randomStream(1, 'tls fuzz');
  for (let i = 0; i < 300; i++) {
    const bytes = corpus[random.below(corpus.length)]!.slice(0, 400);
    for (let changes = random.below(4); changes >= 0; changes--) bytes[random.below(bytes.length)] = random.below(256);
    target.run(random.below(4) === 0 ? bytes.slice(0, random.below(bytes.length)) : bytes);
  }
});

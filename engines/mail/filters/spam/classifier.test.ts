/** The spam filter's arithmetic, beside Robinson's formulas as Python computes them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../../../kernel/random.ts';
import { sampleMail } from '../samples/sample-mail.ts';
import { chiSquareTail } from './chi-square.ts';
import { type Kind, SpamClassifier } from './classifier.ts';
import { tokensOf } from './tokens.ts';
import { trainedClassifier } from './training.ts';

const present = spawnSync('python3', ['-c', 'import math']).status === 0;

/**
 * Reads training and messages as JSON: [[tokens, isSpam], …] and [tokens, …]; writes the scores. Written from “A Statistical Approach
 * to the Spam Problem” with its chi2Q as the article prints it.
 */
const PYTHON = `
import json, math, sys
def chi2Q(x2, v):
    m = x2 / 2.0
    total = term = math.exp(-m)
    for i in range(1, v // 2):
        term *= m / i
        total += term
    return min(total, 1.0)
training, messages = json.load(sys.stdin)
spams = sum(1 for _, spam in training if spam)
hams = len(training) - spams
counts = {}
for tokens, spam in training:
    for token in set(tokens):
        c = counts.setdefault(token, [0, 0])
        c[1 if spam else 0] += 1
def f(token):
    ham, spam = counts.get(token, (0, 0))
    n = ham + spam
    if n == 0: return 0.5
    b, g = spam / spams, ham / hams
    return (0.45 * 0.5 + n * (b / (b + g))) / (0.45 + n)
scores = []
for tokens in messages:
    fs = sorted(((abs(f(t) - 0.5), t) for t in set(tokens)), key=lambda x: (-x[0], x[1]))
    fs = [f(t) for d, t in fs if d >= 0.1][:150]
    if not fs:
        scores.append(0.5)
        continue
    H = chi2Q(-2 * sum(math.log(p) for p in fs), 2 * len(fs))
    S = chi2Q(-2 * sum(math.log(1 - p) for p in fs), 2 * len(fs))
    scores.append((1 + (1 - S) - (1 - H)) / 2)
print(json.dumps(scores))
`;

const HEADING = { from: 'a@b.example', to: ['c@d.example'], date: 'Thu, 01 Jan 2026 00:00:00 +0000', messageId: '<1@x>' };

function made(kind: Kind, count: number, purpose: string): (readonly string[])[] {
  const random = randomStream(3, purpose);
  return Array.from({ length: count }, () => tokensOf(sampleMail(kind, HEADING, random, 0.2)));
}

test.skipIf(!present)('scores are those of an independent computation', () => {
  const training = [
    ...made('ham', 60, 'ham').map((tokens) => [tokens, false] as const),
    ...made('spam', 40, 'spam').map((tokens) => [tokens, true] as const),
  ];
  const messages = [...made('ham', 100, 'more ham'), ...made('spam', 100, 'more spam'), [], ['never-seen']];
  const classifier = new SpamClassifier();
  for (const [tokens, spam] of training) classifier.train(tokens, spam ? 'spam' : 'ham');
  const theirs: number[] = JSON.parse(
    execFileSync('python3', ['-c', PYTHON], { input: JSON.stringify([training, messages]), encoding: 'utf8' }),
  );
  const ours = messages.map((tokens) => classifier.classify(tokens).score);
  expect(ours.length).toBe(theirs.length);
  for (const [i, score] of ours.entries()) expect(Math.abs(score - (theirs[i] as number))).toBeLessThan(1e-9);
  // They are no constant: some on either side, some in the middle.
  expect(ours.filter((score) => score > 0.95).length).toBeGreaterThan(20);
  expect(ours.filter((score) => score < 0.05).length).toBeGreaterThan(20);
});

describe('chi-square, as tables have it', () => {
  test.each([
    [5.991, 1, 0.05],
    [9.488, 2, 0.05],
    [18.307, 5, 0.05],
    [0, 3, 1],
    [1400, 10, 0],
  ])('of %f with 2 × %i degrees of freedom', (value, pairs, tail) => expect(chiSquareTail(value, pairs)).toBeCloseTo(tail, 3));
});

describe('a classifier', () => {
  test('that learnt nothing says nothing', () => {
    expect(new SpamClassifier().classify(['free', 'money'])).toEqual({ score: 0.5, clues: [] });
  });
  test('trusts a word the more, the more often it was seen', () => {
    const classifier = new SpamClassifier();
    classifier.train(['meeting'], 'ham');
    classifier.train(['prize'], 'spam');
    const once = classifier.probability('prize');
    classifier.train(['prize'], 'spam');
    expect(once).toBeGreaterThan(0.5);
    expect(classifier.probability('prize')).toBeGreaterThan(once);
    expect(classifier.probability('prize')).toBeLessThan(1);
    expect(classifier.probability('meeting')).toBeLessThan(0.5);
  });
  test('counts how many more messages of one kind it learnt from', () => {
    const classifier = new SpamClassifier();
    for (let i = 0; i < 9; i++) classifier.train(['lunch'], 'ham');
    classifier.train(['lunch'], 'spam');
    // In all of either kind: it tells nothing.
    expect(classifier.probability('lunch')).toBeCloseTo(0.5, 10);
  });
  test('names the words that decided, the strongest first', () => {
    const classifier = new SpamClassifier();
    for (let i = 0; i < 5; i++) classifier.train(['prize', 'hello'], 'spam');
    classifier.train(['lecture', 'hello'], 'ham');
    const { clues, score } = classifier.classify(['hello', 'lecture', 'prize', 'unknown']);
    expect(clues.map(({ token }) => token)).toEqual(['prize', 'lecture']);
    expect(score).toBeGreaterThan(0.5);
  });
  test('a higher threshold gives fewer false positives and more false negatives', () => {
    const classifier = trainedClassifier([{ kind: 'made up', messages: 100, disguise: 0.2 }], randomStream(1, 'training'));
    const scores = (kind: Kind) => made(kind, 200, `judged ${kind}`).map((tokens) => classifier.classify(tokens).score);
    const errors = (threshold: number) => [
      scores('ham').filter((score) => score >= threshold).length,
      scores('spam').filter((score) => score < threshold).length,
    ];
    const [low, high] = [errors(0.5), errors(0.99)];
    expect(high[0]).toBeLessThan(low[0] as number);
    expect(high[1]).toBeGreaterThan(low[1] as number);
  });
});

/** Trains a spam filter on what a scenario gives it. */
import type { RandomStream } from '../../../kernel/random.ts';
import { sampleMail } from '../samples/sample-mail.ts';
import type { Training } from '../scenario.ts';
import { type Kind, SpamClassifier } from './classifier.ts';
import { tokensOf } from './tokens.ts';

const KINDS: readonly Kind[] = ['ham', 'spam'];

/** Addresses are left out of what is made up: a filter that learnt them would know its teacher, not spam. */
const HEADING = { from: '', to: [], date: 'Thu, 01 Jan 2026 00:00:00 +0000', messageId: '<made-up@example.org>' };

/** Draws made-up messages from `random`, as many as the trainings say. */
export function trainedClassifier(trainings: readonly Training[], random: RandomStream): SpamClassifier {
  const classifier = new SpamClassifier();
  for (const training of trainings) {
    if (training.kind === 'given') {
      for (const message of training.messages) classifier.train(tokensOf(message), training.as);
      continue;
    }
    for (let i = 0; i < training.messages; i++) {
      for (const kind of KINDS) classifier.train(tokensOf(sampleMail(kind, HEADING, random, training.disguise)), kind);
    }
  }
  return classifier;
}

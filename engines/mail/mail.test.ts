import { expect, test } from 'vitest';
import { transcript, transcriptText } from '../network/transcript.ts';
import type { Run } from '../run.ts';
import { simulate } from '../simulation.ts';
import { aliceSends, mailScenario } from './scenario-for-tests.ts';

/** The connections between two hosts, as text. */
function dialogues(run: Run, client: string, server: string): string[] {
  const texts: string[] = [];
  for (let i = 0; i < run.connections.rows; i++) {
    const name = (side: Int32Array) => run.hosts[side[i] as number]?.name;
    if (run.strings[run.connections.transport[i] as number] !== 'tcp') continue;
    if (name(run.connections.client) === client && name(run.connections.server) === server) texts.push(transcriptText(transcript(run, i)));
  }
  return texts;
}

test('the textbook’s sample interaction, word for word', () => {
  const run = simulate(mailScenario({ dialect: 'classic', steps: [aliceSends(['bob@hamburger.edu'], { subject: null })] }));
  console.log(run.steps, run.duration);
  console.log(dialogues(run, 'alice-pc', 'mail.crepes.fr').join('\n\n'));
  console.log(dialogues(run, 'mail.crepes.fr', 'mail.hamburger.edu').join('\n\n'));
  const run2 = simulate(mailScenario({ dialect: 'extended', steps: [aliceSends(['bob@hamburger.edu', 'carol@hamburger.edu'])] }));
  console.log(run2.steps, run2.duration);
  console.log(dialogues(run2, 'alice-pc', 'mail.crepes.fr').join('\n\n'));
  console.log(dialogues(run2, 'mail.crepes.fr', 'mail.hamburger.edu').join('\n\n'));
  for (let i=0;i<run2.states.rows;i++) console.log(run2.states.at[i], run2.strings[run2.states.store[i]], run2.strings[run2.states.key[i]], run2.strings[run2.states.value[i]] , run2.strings[run2.states.note[i]]);
  expect(1).toBe(1);
});

import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { decodeBase64 } from '../../base64.ts';
import { bytesOfOctets } from '../../network/octets.ts';
import { messageOfText, messagesIn } from './corpus.ts';
import { tokensOf } from './spam/tokens.ts';

const read = (text: string) => messagesIn(bytesOfOctets(text));

describe('messages in a file', () => {
  test.each([
    ['one', 'Subject: a\n\nb\n', ['Subject: a\r\n\r\nb\r\n']],
    ['an mbox', 'From x Thu\nSubject: a\n\nb\n\nFrom y Thu\nSubject: c\n\nd\n', ['Subject: a\r\n\r\nb\r\n', 'Subject: c\r\n\r\nd\r\n']],
    ['a From line within a text', 'From x Thu\n\nb\nFrom here on\n', ['\r\nb\r\nFrom here on\r\n']],
    ['one that was quoted', 'From x Thu\n\n>From a\n>>From b\n', ['\r\nFrom a\r\n>From b\r\n']],
    ['nothing', '', ['']],
  ])('%s', (_what, text, messages) => expect(read(text)).toEqual(messages));

  const present = spawnSync('python3', ['-c', 'import mailbox']).status === 0;
  test.skipIf(!present)('an mbox that Python wrote', () => {
    const script = `
import base64, mailbox, os, tempfile
path = os.path.join(tempfile.mkdtemp(), 'mbox')
box = mailbox.mbox(path)
for i in range(3):
    box.add(mailbox.mboxMessage(f'Subject: message {i}\\n\\nFrom here it is body {i}\\n\\nend\\n'))
box.flush()
print(base64.b64encode(open(path, 'rb').read()).decode())`;
    const octets = decodeBase64(execFileSync('python3', ['-c', script], { encoding: 'utf8' }));
    expect(read(octets)).toEqual([0, 1, 2].map((i) => `Subject: message ${i}\r\n\r\nFrom here it is body ${i}\r\n\r\nend\r\n`));
  });
});

test('a text is all body, even where it begins like a field', () => {
  expect(tokensOf(messageOfText('subject: free crêpes'))).toEqual(['subject', 'free', 'crêpes']);
});

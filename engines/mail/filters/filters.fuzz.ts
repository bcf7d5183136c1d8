/**
 * What filters read of messages: words, links, attachments, archives. Whatever the bytes: nothing throws, tokens keep to their limits,
 * scores lie between 0 and 1, and what was found lies in what was given.
 */
import type { FuzzTarget } from '../../fuzz-target.ts';
import { randomStream } from '../../kernel/random.ts';
import { bytesOfOctets, octetsOf, textOfOctets } from '../../network/octets.ts';
import { messagesIn } from './corpus.ts';
import { suspicionOf, wordsOf } from './links/link-check.ts';
import { linksOf } from './links/links.ts';
import { decodePunycode } from './links/punycode.ts';
import { MalwareScanner } from './malware/scanner.ts';
import { readBytePattern } from './malware/signatures.ts';
import { zipEntries } from './malware/zip.ts';
import { type SampleKind, sampleMail } from './samples/sample-mail.ts';
import { TOKENS_LIMIT, tokensOf } from './spam/tokens.ts';
import { trainedClassifier } from './spam/training.ts';

const HEADING = { from: 'a@b.example', to: ['c@d.example'], date: 'Thu, 01 Jan 2026 00:00:00 +0000', messageId: '<1@x>' };
const KINDS: readonly SampleKind[] = ['ham', 'spam', 'phishing', 'phishing', 'phishing', 'malware'];
const HTML = '<p>Hi<!-- --> <a href="http://x.example/&amp;">www.y.example</a> &#xe9;<script>1</script></p>http://u@h.example:80/';
const ZIP = 'PK\x03\x04\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0\x03\0\0\0\x03\0\0\0\x01\0\0\0aabcPK\x03\x04';
const SETTINGS = { protected: ['globalpay.example'], blocked: ['evil.example'] };

const classifier = trainedClassifier([{ kind: 'made up', messages: 20, disguise: 0.2 }], randomStream(1, 'training'));
const scanner = new MalwareScanner([]);

const target: FuzzTarget = {
  name: 'filters',
  corpus() {
    const random = randomStream(1, 'corpus');
    const messages = KINDS.map((kind) => sampleMail(kind, HEADING, random, 0.2));
    return [...messages, HTML, ZIP, 'From x\nSubject: a\n\n>From b\n\nFrom y\n\nc\n', '58 35 ?? 21', 'globalpy-76g'].map(bytesOfOctets);
  },
  run(bytes) {
    const octets = octetsOf(bytes);
    const text = textOfOctets(octets);
    const tokens = tokensOf(octets);
    if (tokens.length > TOKENS_LIMIT || new Set(tokens).size !== tokens.length) throw new Error('tokens beyond the limit, or twice');
    const { score, clues } = classifier.classify(tokens);
    if (!(score >= 0 && score <= 1) || clues.some(({ token }) => !tokens.includes(token)))
      throw new Error('a score or a clue out of nowhere');
    const links = [false, true].map((html) => linksOf(text, html));
    const suspicions = links.flatMap((found) => found.links).map((link) => suspicionOf(link, SETTINGS));
    const entries = zipEntries(octets);
    if (entries.some((entry) => (entry.octets?.length ?? 0) > octets.length)) throw new Error('more in the archive than it holds');
    const signature = readBytePattern('x', text);
    const scanned = ('error' in signature ? scanner : new MalwareScanner([signature])).scan(octets);
    const told = suspicions.map((one) => one && wordsOf(one));
    const punycode = decodePunycode(text);
    return JSON.stringify([tokens, score, links, told, entries, scanned, messagesIn(bytes), punycode]);
  },
};

export default target;

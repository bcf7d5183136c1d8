/** Well-formed XML and what is not, beside an independent parser (expat, as Python has it). */
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeXml, readXml, XML_LIMITS, type XmlElement } from './xml.ts';

/** Name, attributes, text and children: what both parsers are compared by. */
type Told = [name: string, attributes: Record<string, string>, text: string, children: Told[]];
const told = ({ name, namespace, attributes, text, children }: XmlElement): Told => [
  namespace === '' ? name : `{${namespace}}${name}`,
  Object.fromEntries([...attributes].filter(([key]) => !key.includes(':') && key !== 'xmlns')),
  text,
  children.map(told),
];

/** What expat makes of each text; null for one that it refuses. */
function expat(texts: readonly string[]): (Told | null)[] {
  const script = `import sys, json, xml.etree.ElementTree as E
def told(e):
    return [e.tag, {k: v for k, v in e.attrib.items() if '{' not in k}, (e.text or '') + ''.join(c.tail or '' for c in e), [told(c) for c in e]]
out = []
for t in json.load(sys.stdin):
    try: out.append(told(E.fromstring(t)))
    except Exception: out.append(None)
json.dump(out, sys.stdout)`;
  const { stdout, status } = spawnSync('python3', ['-c', script], { input: JSON.stringify(texts), encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error('python3 with its standard library is needed');
  return JSON.parse(stdout) as (Told | null)[];
}

const SOUND = [
  '<a/>',
  '<?xml version="1.0" encoding="UTF-8"?>\n<!-- one --><?pi two?>\n<a b="1" c=\'2\'>t<d/>u</a>\n<!-- three -->',
  '<a b="&lt;&amp;&quot;&#10;&#x41;" >&gt;&apos;]] ></a>',
  '<a b="x\n\ty">one\r\ntwo\rthree</a>',
  '<a><![CDATA[<&]]]]><![CDATA[>]]></a>',
  '<a xmlns="urn:x"><b xmlns:p="urn:y"><p:c p:d="1"/></b><b xmlns=""/></a>',
  '<a xml:lang="de">ä€😀</a>',
  '<a><b/><!----><b></b ></a >',
  '<élan à="1"/>',
];

const BROKEN: [text: string, problem: string][] = [
  ['', 'no element'],
  ['text', 'no element'],
  ['<a>', '<a> has no end'],
  ['<a></b>', '</b> where </a> would be right'],
  ['<a/><b/>', 'something after the end of the root element'],
  ['<a b="1" b="2"/>', 'b is there twice'],
  ['<a b="1"c="2"/>', 'white space is missing before an attribute'],
  ['<a b=1/>', 'the value of b has no quotes'],
  ['<a b/>', 'b has no value'],
  ['<a b="<"/>', '< in the value of b'],
  ['<a b="1/>', 'the value of b has no end'],
  ['<a>&nbsp;</a>', '&nbsp; is not known'],
  ['<a>& b</a>', '& that begins no reference'],
  ['<a>&#0;</a>', '&#0; is no character'],
  ['<a>&#xD800;</a>', '&#xD800; is no character'],
  ['<a>\u0001</a>', 'a character that XML does not have'],
  ['<a>]]></a>', ']]> outside of a CDATA section'],
  ['<a><!-- -- --></a>', '-- in a comment'],
  ['<a><![CDATA[</a>', 'a CDATA section has no end'],
  ['<p:a/>', 'the prefix p is bound to no namespace'],
  ['<a p:b="1"/>', 'the prefix p is bound to no namespace'],
  ['<a><?xml version="1.0"?></a>', 'an XML declaration that is not the beginning'],
  [' <?xml version="1.0"?><a/>', 'an XML declaration that is not the beginning'],
  ['<?xml encoding="UTF-8"?><a/>', 'an XML declaration that is malformed, or of another encoding than UTF-8'],
  ['<1a/>', 'the name of an element is missing'],
  ['<a / >', '<a> has no end'],
];

test('what is well formed is read as expat reads it', () => {
  const theirs = expat(SOUND);
  for (const [i, text] of SOUND.entries()) expect(told(readXml(text) as XmlElement), text).toEqual(theirs[i]);
});

test('what is not is refused, as by expat', () => {
  const theirs = expat(BROKEN.map(([text]) => text));
  for (const [i, [text, problem]] of BROKEN.entries()) {
    expect(readXml(text), text).toMatchObject({ problem });
    expect(theirs[i], text).toBeNull();
  }
});

test('mutations of sound documents are accepted by both or by neither', () => {
  const pieces = [
    '<',
    '>',
    '/',
    '"',
    "'",
    '&',
    ';',
    ' ',
    '=',
    '<!--',
    '-->',
    ']]>',
    '<![CDATA[',
    '<a>',
    '</a>',
    'b',
    ':',
    '\n',
    '&#65;',
    '<?',
    '?>',
    'xmlns',
  ];
  const mutated = fc
    .tuple(
      fc.constantFrom(...SOUND),
      fc.array(fc.tuple(fc.nat(200), fc.nat(3), fc.constantFrom(...pieces)), { minLength: 1, maxLength: 3 }),
    )
    .map(([text, edits]) =>
      edits.reduce(
        (made, [at, removed, piece]) => made.slice(0, at % (made.length + 1)) + piece + made.slice((at % (made.length + 1)) + removed),
        text,
      ),
    );
  const texts = fc.sample(mutated, { numRuns: 3000, seed: 7 }).filter((text) => !/\p{Cs}/u.test(text));
  const theirs = expat(texts);
  let accepted = 0;
  for (const [i, text] of texts.entries()) {
    const ours = readXml(text);
    if ('problem' in ours) expect(theirs[i], `${JSON.stringify(text)}: ${ours.problem}`).toBeNull();
    else {
      expect(told(ours), JSON.stringify(text)).toEqual(theirs[i]);
      accepted++;
    }
  }
  expect(accepted).toBeGreaterThan(150);
});

test('what is escaped comes back, in an attribute and in text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const root = readXml(`<a b="${escapeXml(text)}">${escapeXml(text)}</a>`);
      if ('problem' in root) expect(root.problem).toBe('a character that XML does not have');
      else expect([root.attributes.get('b'), root.text]).toEqual([text, text]);
    }),
  );
});

describe('limits', () => {
  test('nothing is expanded: there are no declarations', () => {
    const bomb = '<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>';
    expect(readXml(bomb)).toMatchObject({ problem: 'a document type declaration, which is not read' });
  });

  test.each([
    ['depth', '<a>'.repeat(XML_LIMITS.depth + 1), `deeper than ${XML_LIMITS.depth} levels`],
    ['elements', `<a>${'<b/>'.repeat(XML_LIMITS.elements)}</a>`, `more than ${XML_LIMITS.elements} elements`],
    ['attributes', `<a ${Array.from({ length: 101 }, (_, i) => `b${i}=""`).join(' ')}/>`, 'more than 100 attributes'],
    ['characters', `<a>${' '.repeat(XML_LIMITS.characters)}</a>`, 'longer than 16 Mi characters'],
  ])('%s', (_, text, problem) => {
    expect(readXml(text)).toMatchObject({ problem });
  });

  test('long documents take time by their length, not by its square', () => {
    const began = performance.now();
    readXml(`<a>${'<b c="d">e</b>'.repeat(200_000)}&amp;</a>`);
    readXml(`<a>${'&amp;'.repeat(1_000_000)}</a>`);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});

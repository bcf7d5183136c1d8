/** The page about records and master files (docs/dns-records.md): its table is the one that codec, inspector and parser run on. */
import { recordFormats } from './record-format.ts';

const BEFORE = `# DNS: records, master files, servers at the top

<!-- The table is generated from engines/dns/record-format.ts by \`npm run reference\`. Edit engines/dns/records-page.ts, not this page. -->

[Answers, transport and changes](dns.md) and [attacks and load](dns-attacks.md) have pages of their own; the lessons
\`samples/dns/02-records\`, \`03-load-distribution\` and \`10-root-servers\` show what this one tells.

## Record types

One table serves the codec, the inspector, the zone blocks of a scenario and master files. The fields of the data have the
standards' names, and the order in which they are written and travel.
`;

const AFTER = `
Every other type is data: it is written \`TYPE65280 \\# 4 c0a80001\`, served, cached and shown as such (RFC 3597). That goes for
SVCB and HTTPS, too, whose parameters have no place in the table. Names are compressed in the types of RFC 1035 only; compressed ones
are taken in all. Names below a DNAME get the alias that it stands for in the answer (RFC 6672 §3.1), and resolvers go on with that.

In lookups and expectations, \`192.0.2.10 PTR\` means \`10.2.0.192.in-addr.arpa\` (RFC 1035 §3.5); in the block of a zone of
in-addr.arpa a number at the start of a line is an owner, elsewhere a TTL.

## Master files

- Read: RFC 1035 §5 with \`$ORIGIN\`, \`$INCLUDE\` (files in files, each with its origin), parentheses, quotes, \`\\DDD\` and \`\\.\`, owners left
  out, TTL and class in either order; \`$TTL\` (RFC 2308 §4), BIND's time units, raw data (RFC 3597 §5), line ends of any system. A record
  without a TTL has that of \`$TTL\`; without one the MINIMUM of an SOA that has no TTL either; else the last TTL stated. \`$GENERATE\`, which
  is BIND's own, and classes other than IN are told as errors. A fault is told where it stands and costs its entry alone.
- Written: \`netscenario export FILE --zone NAME\` writes a zone with all that the language filled in. What is written is read back to the same
  records, and named-checkzone and ldns-read-zone take it.

## The order of records

The records of a set are given in \`order cyclic\` (each answer begins one record further on than the one before, the first as in the zone or
as it came into the cache), \`fixed\` or \`random\`: of a \`nameserver\` for its zones, of a \`resolver\` for what it gives from its cache (RFC 1794).
Sets in the answer section are ordered, referrals and additional data are not; a reply that does not fit and comes back truncated does not
count. A server that crashes begins anew. The metric \`load share of NAME at HOST\` is the share of lookups whose first address was that host's.

## Root servers and anycast

- \`root { servers 13 generic 13 }\` fills in so many servers of the root, and of com and net, under their real names and IPv4 addresses, with
  NS records and glue. Without it there is one of each.
- With several hints a resolver first asks one of the root servers for the list of all (priming, RFC 8109), again when the list has run
  out; those who ask meanwhile make do with the hints. A resolver with \`cache 0\`, and one that walks recursively, does not prime.
- It prefers the server of the least smoothed round-trip time; one that it never asked counts as the fastest, so each gets its turn.
- \`anycast NAME on HOST, HOST\`: the hosts share the address of NAME and run its zones, settings and resolver, each with a cache and counts
  of its own; [how packets find the nearest](engines.md#network). Not to be had: a mail server on a shared address, an address of its own
  for a host that shares one.

## Fuzzing

\`npm run fuzz -- dns master-file dns-packet\` throws mutated messages at the decoder and the inspector (a message or an error within the bytes;
fields within the bytes; encoded and decoded to the same), at the reader of master files (read, written, read to the same), and compares
the decoder with dns-packet where both take a message. \`npm test\` does a few thousand of each, and all that ever broke one.
`;

/** The whole page, in Markdown. */
export function recordsPage(): string {
  const rows = recordFormats.map(({ type, number, doc, standard, fields }) => {
    const data = fields.map(({ name }) => name).join(' · ');
    return `| \`${type}\` | ${number} | ${doc} | ${data} | ${standard} |`;
  });
  return [BEFORE, '| type | number | what it says | data | standard |', '|---|---|---|---|---|', ...rows, AFTER].join('\n');
}

/** Every diagnostic the language gives, listed once: severity and what the reference page says about it. */
import type { Severity } from './compilation.ts';

interface CodeDefinition {
  readonly severity: Severity;
  readonly doc: string;
}

const error = (doc: string): CodeDefinition => ({ severity: 'error', doc });
const warning = (doc: string): CodeDefinition => ({ severity: 'warning', doc });
const hint = (doc: string): CodeDefinition => ({ severity: 'hint', doc });

export const codes = {
  // Text
  'binary-text': error(
    'The document holds NUL characters, so it is no text. Open the file in the program that made it, or save it as UTF-8.',
  ),
  'text-too-large': error('A document may have up to 16 MiB of text. Move what is large (zones, messages) into files of its own.'),
  'unclosed-text': error('A text in quotes ends on its line. Close it with `"`, or write a long text between `"""` and `"""`.'),
  'unclosed-comment': error('A comment that begins with `/*` ends with `*/`.'),
  'unclosed-block': error('A block that begins with `{` ends with `}`.'),
  'unclosed-parenthesis': error('A parenthesis that begins with `(` ends with `)`.'),
  'stray-brace': error('A closing brace without a block that it could close.'),
  'unknown-escape': error('Texts know the escapes \\n (new line), \\t (tab), \\" and \\\\.'),
  'too-deep': error('Blocks, parentheses, indices and expressions have limits that no readable scenario reaches.'),
  // Forms
  expected: error('The statement does not follow its form at this place; the message tells what can stand there.'),
  'unknown-statement': error('A line begins with the word of a statement, or with the host that does something.'),
  'unknown-property': error('The block has no property of this name.'),
  'duplicate-property': error('This property is written once in a block; the first one would be overwritten.'),
  'no-block': error('This statement takes no block.'),
  'wrong-block': error(
    'Only steps stand in a `together` block, only plots and expectations in that of a sweep, and neither sweeps nor alternatives in that of an alternative.',
  ),
  // Values
  'missing-unit': error('A quantity has a number and a unit, such as `250 ms`, `10 Mbps` or `256 KiB`.'),
  'unknown-unit': error('The word behind the number is no unit of the language.'),
  'wrong-dimension': error('The value measures something else than what is needed here, such as a size where a duration is needed.'),
  'out-of-range': error('The value is smaller or larger than what makes sense here.'),
  'not-whole': error('A count is a whole number.'),
  'division-by-zero': error('The expression divides by zero.'),
  'unknown-parameter': error('A word where a value is expected is a parameter, declared by `let`.'),
  'circular-parameter': error('The parameter’s value depends on itself.'),
  'range-too-large': error('A range stands for at most 100,000 names, or 1,000 values.'),
  'duplicate-value': error('A parameter is swept over each value once.'),
  'not-swept': error('A plot against a parameter, and a statistic, stand in the block of a sweep over that parameter.'),
  'no-bound': error('Theory gives no bound for this metric, or none that the engines know; see the table of metrics.'),
  'too-many-points': error('A sweep has up to 10,000 points: the product of its values, its alternatives and its repeats.'),
  'unknown-alternative': error('A comparison is among alternatives that are declared.'),
  'range-descends': error('A range goes from the smaller end to the larger one: `peer[1..3]`, ports `50000-50010`.'),
  'one-name': error('One name is expected here; a range stands for several.'),
  // Names
  'malformed-name': error('Host and domain names have labels of up to 63 characters, separated by dots (RFC 1035 §2.3.1, §2.3.4).'),
  'malformed-mail-address': error('A mail address has a local part, an @ and a domain (RFC 5321 §2.3.11).'),
  'malformed-address': error('An IPv4 address is written as four numbers from 0 to 255 with dots between them.'),
  'not-a-host-address': error(
    'A host has a unicast address of its own: not a broadcast, multicast, loopback or reserved one, nor one of “this network” (RFC 6890 §2.2.2, RFC 5771 §3).',
  ),
  'malformed-header': error(
    'A header field’s name has printable ASCII characters without a colon (RFC 5322 §2.2), on the web a token; its text stays on one line (RFC 9110 §5.1, §5.5).',
  ),
  'unknown-host': error(
    'The host is declared nowhere. Declare it by a `host` line, or by what it runs (a zone, a resolver, a mail or FTP server).',
  ),
  'unknown-zone': error('No zone is declared under that name, or above it, so there is nothing to change.'),
  'signed-twice': error('A zone whose master file holds DNSKEY records is signed already.'),
  'not-a-name-server': error('Only a host that serves the zone can answer for its names.'),
  'no-server': error('A domain is registered with at least one name server, or nobody could find it.'),
  'unknown-protocol': error('No engine speaks this protocol; a view can be limited to those that one does.'),
  'no-resolver': error('Only a resolver keeps a cache that can be poisoned. Declare the host by a `resolver` line.'),
  'malformed-web-path': error('A path of a website begins with a slash and has the characters of a URI (RFC 3986 §3.3).'),
  'malformed-range': error('Ranges are first and last bytes counted from 0, with commas between them (RFC 9110 §14.1.2).'),
  'unknown-torrent': error('The torrent is declared nowhere.'),
  'no-seed': warning('A torrent that no host has at the beginning cannot be downloaded.'),
  'unknown-website': error('The website is declared nowhere, and its name lies in no declared zone.'),
  'no-webmail': error('The mail server of this mailbox has no webmail. Declare it by a `webmail` line.'),
  'shared-port': error('A website and webmail cannot share a host: both listen on ports 80 and 443.'),
  'unknown-cdn': error('The step is about a CDN that a `cdn` line declares, with a catalogue that says what is asked for.'),
  'no-nodes': error('Nodes enter deep into access networks, and the scenario has none.'),
  'not-a-node': error('A cluster, and a push, is about nodes of the CDN, each in one cluster at most.'),
  'unknown-resource': error('The website has no such resource.'),
  'unknown-mailbox': error('The mailbox is declared nowhere, so nothing can be expected of it.'),
  'unknown-film': error('The clip or video is declared nowhere. Declare a clip by a `clip` line, a video by a `video` line.'),
  'video-nowhere': error('A video is played from a website that has it: `video … on …` says which do.'),
  'plays-nothing': warning('Only a host that plays a film has something to pause, and a playout buffer.'),
  'declared-below': error(
    'A notebook runs from top to bottom: what a cell uses is declared in it or above it. Where a cell runs all the same, only with another result, this is a warning.',
  ),
  'duplicate-declaration': error('The name was declared before; a second declaration would overwrite the first.'),
  'duplicate-setting': error('The setting was made before; it holds for the whole scenario.'),
  'shared-address': error(
    'An address that hosts share belongs to none of them: a step or an expectation names one of the hosts, and no NAT has such an address or hides one.',
  ),
  'duplicate-address': error('Two hosts cannot have one address.'),
  'no-mail-server': error(
    'The sender’s mail server cannot be told: no mailbox and no mail server is declared for the address. Declare one, or name the server by `via`.',
  ),
  'not-a-mail-server': error('Mail is submitted to a host that runs a mail server.'),
  'not-a-bitmessage-peer': error('Bitmessage goes between hosts that a `bitmessage` line makes peers.'),
  'malformed-signature': error('A signature of malware is a run of bytes in hexadecimal, or a SHA-256 of 64 digits.'),
  'not-an-ftp-server': error('Files are asked of a host that runs an FTP server.'),
  'no-access': error('Mail is read by a protocol that the mailbox’s server speaks, and over TLS where it has TLS.'),
  'malformed-path': error('A path has up to 1024 octets, each name in it up to 255, and no NUL or line end.'),
  'malformed-command': error(
    'A command to be said as it stands is one line, and not one that opens data connections: those have words of their own.',
  ),
  'self-link': error('A link joins two different hosts.'),
  'unknown-link': error('No `link` line joins the two hosts, so nothing can happen to a link between them.'),
  'two-access-networks': error('A host stands in one access network at most; routers, and hosts behind a NAT, stand in none.'),
  'two-nats': error('A host is behind one NAT at most, and a NAT behind none.'),
  'empty-nat': error('A NAT has hosts behind it: name them after `inside`.'),
  'not-inside': error('A NAT forwards ports to hosts behind it.'),
  'duplicate-forward': error('A port of a NAT leads to one port of one host, and that is led to by one port.'),
  'no-middlebox': error('Only a NAT has mappings, and only a NAT or a firewall drops packets.'),
  'unequal-ranges': error('A range of ports is forwarded to as many ports.'),
  'link-around-nat': error('Hosts behind a NAT reach others through its router alone; a link joins them to the router or to one another.'),
  'hidden-source': warning('A firewall sees the address of a NAT’s router, not those of the hosts behind it.'),
  'self-transfer': error('A host transfers, or writes, to another host.'),
  'both-sides': error('A partition lies between two groups of hosts; no host is in both.'),
  'nothing-to-mend': warning(
    'The step ends what never begins: a crash, a failure or a partition that no step of the scenario brings about.',
  ),
  'nothing-to-measure': warning('The expectation is about a transfer that no step makes, so nothing is measured.'),
  'without-effect': warning('Something else in the scenario takes the place of this, or is simulated without it; or nothing asks for it.'),
  'takes-long': warning('The run takes minutes, or hours: the message tells how long about, and what would take less.'),
  'no-message': error('A message has parts (subject, header, body) or comes from a file; not both.'),
  'repeated-together': error('A `together` runs once. Each step inside it can repeat: `every 5 s HOST … until 1 min`.'),
  'until-missing': error('A step that repeats says until when.'),
  // Files
  'missing-file': error('The file that the statement names cannot be read.'),
  'foreign-file': error(
    'Files are named by their path, beside the document or from its root (`/`): not on another machine, and not by an address with a scheme such as `https:`. Write `./` before a name that only looks like one.',
  ),
  'malformed-file': error(
    'The file was read and is not what the statement needs: not a scenario, a master file (RFC 1035 §5), a message (RFC 5322) or a bandwidth trace.',
  ),
  'import-cycle': error('A file that imports itself, directly or through others.'),
  'import-has-errors': warning('The imported file has errors; open it to see them.'),
  'malformed-record': error('The record does not follow the master-file format (RFC 1035 §5.1).'),
  'suspicious-record': warning('The record is well formed, and probably does not say what was meant.'),
  'relative-name': warning(
    'A name of several labels without a trailing dot continues with the zone’s name; write the dot where it is complete.',
  ),
  'nobody-there': warning('A step leads to an address that no host of the scenario has.'),
  'redirect-to-nobody': warning('The redirect leads to a website that the scenario does not have.'),
  'zone-without-address': warning('The host’s name lies in no declared zone, so nobody can look its address up.'),
  'address-differs': warning('The host’s address and the address record in its zone differ.'),
  // Hints
  'unused-parameter': hint('The parameter is used nowhere.'),
  'unused-host': hint('The host does nothing and nothing mentions it.'),
} as const satisfies Record<string, CodeDefinition>;

export type Code = keyof typeof codes;

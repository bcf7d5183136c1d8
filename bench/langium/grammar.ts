/** The benchmark's subset of the language as a Langium grammar, with cross references where ours resolves names. */
export const subsetGrammar = `
grammar NetScenario

entry Program: statements+=Statement*;

Statement: Title | Seed | Host | Zone | MailServer | Mailbox | Send | Resolve | MailboxExpectation | DeliveryExpectation;

Title: 'scenario' title=STRING;
Seed: 'seed' seed=NUMBER;

Host: 'host' name=ID ('{' properties+=HostProperty* '}')?;
HostProperty: Rate | Delay | Loss;
Rate: direction=('up' | 'down' | 'rate') value=NUMBER unit=RateUnit;
Delay: kind=('latency' | 'jitter') value=NUMBER unit=TimeUnit;
Loss: 'loss' value=NUMBER '%';

Zone: 'zone' name=ID 'on' server=ID '{' records+=Record* '}';
Record: '@' 'MX' preference=NUMBER exchange=ID;

MailServer: 'mailserver' name=ID ('{' properties+=ServerProperty* '}')?;
ServerProperty: {infer Greeting} 'greeting' text=STRING | {infer DialectProperty} 'dialect' dialect=('classic' | 'extended') | {infer SizeProperty} 'size' value=NUMBER unit=SizeUnit;

Mailbox: 'mailbox' name=ADDRESS 'on' server=[MailServer:ID] ('{' 'quota' quota=NUMBER unit=SizeUnit '}')?;

Send: ('at' time=NUMBER unit=TimeUnit)? host=[Host:ID] 'sends' 'mail' 'from' sender=[Mailbox:ADDRESS] 'to' to+=[Mailbox:ADDRESS] (',' to+=[Mailbox:ADDRESS])*
  ('{' 'subject' subject=STRING 'body' body=STRING '}')?;

Resolve: host=[Host:ID] 'resolves' queryName=ID type=('A' | 'MX' | 'NS')? walk=('iteratively' | 'recursively')?;

MailboxExpectation: 'expect' 'mailbox' mailbox=[Mailbox:ADDRESS] 'has' ('at' ('least' | 'most'))? count=NUMBER ('message' | 'messages');
DeliveryExpectation: 'expect' 'delivery' 'time' 'of' sender=[Mailbox:ADDRESS] 'to' recipient=[Mailbox:ADDRESS] comparison=('<' | '>') value=NUMBER unit=TimeUnit;

RateUnit returns string: 'bps' | 'kbps' | 'Mbps' | 'Gbps';
TimeUnit returns string: 'ms' | 's' | 'min' | 'h' | 'd';
SizeUnit returns string: 'B' | 'KiB' | 'MiB' | 'GiB';

hidden terminal WS: /\\s+/;
hidden terminal COMMENT: /\\/\\/[^\\n]*/;
terminal STRING: /"(\\\\.|[^"\\\\\\n])*"/;
terminal ADDRESS: /[A-Za-z0-9_.+-]+@[A-Za-z0-9_.-]+/;
terminal NUMBER returns number: /[0-9]+(\\.[0-9]+)?(?![A-Za-z0-9_.-])/;
terminal ID: /[A-Za-z0-9_][A-Za-z0-9_.-]*/;
`;

/** A generated scenario of any length: hosts with properties, mailboxes, steps, expectations, in the proportions of real ones. */

/** `lines` lines or a few more (at least 100), without errors. */
export function generateScenario(lines: number): string {
  const out = ['scenario "Generated"', 'seed 7', ''];
  const domains = Math.max(1, Math.floor(lines / 250));
  for (let d = 0; d < domains; d++) {
    out.push(`zone d${d}.example on ns.d${d}.example { @ MX 10 mail.d${d}.example }`);
    out.push(`mailserver mail.d${d}.example { greeting "d${d}.example" dialect classic size 10 MiB }`);
  }
  const people = Math.floor((lines - out.length) / 6);
  for (let i = 0; i < people; i++) {
    out.push(`host pc-${i} { up 5 Mbps  down ${10 + (i % 90)} Mbps  latency ${1 + (i % 50)} ms  loss 0.1 %  jitter 2 ms }`);
    out.push(`mailbox user${i}@d${i % domains}.example on mail.d${i % domains}.example { quota 10 MiB }`);
  }
  for (let i = 0; i < people; i++) {
    const to = (i * 7 + 3) % people;
    out.push(
      `at ${i} s pc-${i} sends mail from user${i}@d${i % domains}.example to user${to}@d${to % domains}.example { subject "Mail ${i}"  body "Hello" }`,
    );
    out.push(`pc-${i} resolves mail.d${to % domains}.example A iteratively`);
  }
  for (let i = 0; i < people; i++) {
    const to = (i * 7 + 3) % people;
    out.push(`expect mailbox user${to}@d${to % domains}.example has at least 1 message`);
    out.push(`expect delivery time of user${i}@d${i % domains}.example to user${to}@d${to % domains}.example < 1 min`);
  }
  while (out.length < lines) out.push('// the end');
  return `${out.join('\n')}\n`;
}

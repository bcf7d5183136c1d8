/** Floods of a mail server: connections that do nothing but be there, and messages that nobody wants (RFC 5321 §7.8). */
import { count } from '../../format.ts';
import { type Process, race, type Task } from '../../kernel/process.ts';
import { type Connection, failed, type Host } from '../../network/host.ts';
import { LineReader } from '../../network/line-reader.ts';
import type { StepOutcome } from '../../protocol.ts';
import { SECOND } from '../../quantities.ts';
import { domainProblem } from '../message/address.ts';
import { ClientSession, openSession, TIMEOUTS } from '../smtp/client.ts';
import { plainEnvelope } from '../smtp/envelope.ts';
import { SMTP_PORT } from '../smtp/server.ts';
import { REPLY_LINE_LIMIT } from '../smtp/wire/reply.ts';
import type { ConnectionFloodAction, MessageFloodAction } from './scenario.ts';

/** Done when the last connection was made and answered; then all of them are dropped. */
export function* floodWithConnections(host: Host, address: string, { rate, duration }: ConnectionFloodAction): Process<StepOutcome> {
  const held: Connection[] = [];
  let greeted = 0;
  const total = yield* evenly(host, rate, duration, function* (): Process {
    const connection = yield* host.connect({ address, port: SMTP_PORT });
    if (failed(connection)) return;
    held.push(connection);
    const read = yield* race(new LineReader(connection).readLine(REPLY_LINE_LIMIT), host.sleep(TIMEOUTS.greeting));
    if (read.winner === 'first' && read.value.kind === 'line' && read.value.line.startsWith('220')) greeted++;
  });
  for (const connection of held) connection.abort();
  return { outcome: `${count(total, 'connection')}, ${greeted} of them greeted`, succeeded: true };
}

/** Done when the fate of every message is known. */
export function* floodWithMessages(host: Host, address: string, { to, rate, duration }: MessageFloodAction): Process<StepOutcome> {
  const helo = domainProblem(host.name) === null ? host.name : `[${host.address}]`;
  let taken = 0;
  let number = 0;
  const total = yield* evenly(host, rate, duration, function* (): Process {
    const subject = `Offer ${++number}`;
    const session = yield* openSession(host, { address, port: SMTP_PORT }, { helo, dialect: 'extended' });
    if (!(session instanceof ClientSession)) return;
    const content = `From: <offers@${helo}>\r\nTo: <${to}>\r\nSubject: ${subject}\r\n\r\nBuy now!\r\n`;
    const [result] = yield* session.send({ ...plainEnvelope(`offers@${helo}`, [to]), content });
    if (result?.kind === 'accepted') taken++;
    yield* session.quit();
  });
  return { outcome: `${count(total, 'message')}, ${taken} of them taken`, succeeded: true };
}

/** Begins `one` so often a second for so long, and waits for the last to end. How many there were. */
function* evenly(host: Host, rate: number, duration: number, one: () => Process): Process<number> {
  const total = Math.max(1, Math.floor((rate * duration) / SECOND));
  const began = host.now();
  const tasks: Task[] = [];
  for (let i = 0; i < total; i++) {
    yield* host.sleep(began + Math.round((i * SECOND) / rate) - host.now());
    tasks.push(host.spawn('flood', one()) as Task);
  }
  while (tasks.some(({ done }) => !done)) yield* host.sleep(SECOND / 10);
  return total;
}

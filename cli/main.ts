/** Entry point of the `netscenario` command. */
import { commandLine } from './command-line.ts';

// A reader that has seen enough (`| head`) closes the pipe: nothing to complain about.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await commandLine(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
  // One line, however narrow the terminal is.
  status: process.stderr.isTTY
    ? (line) => void process.stderr.write(`\r\u001b[K${line.slice(0, Math.max(1, (process.stderr.columns || 80) - 1))}`)
    : null,
  color: process.stdout.isTTY === true && !process.env.NO_COLOR,
  // A file or another program takes whole lines.
  width: process.stdout.columns ?? Number.POSITIVE_INFINITY,
});

import { runOnce } from './once.mjs';
for (const [notebook, path] of [['mail/10-spam-filter.netscenario.md', '/tmp/s10.png'], ['mail/06-webmail.netscenario.md', '/tmp/s06.png'], ['mail/11-malware-and-phishing.netscenario.md', '/tmp/s11.png']]) {
  await runOnce({ notebook, theme: 'light', width: 1400, height: 3600, seen: async (page) => page.screenshot({ path }) });
  console.log(path);
}

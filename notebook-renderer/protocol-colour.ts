/** A colour a protocol, the same in every view: a number of the palette in theme.css and static/drawing.ts. */

const KNOWN: Readonly<Record<string, number>> = {
  dns: 0,
  smtp: 1,
  mail: 1,
  imap: 2,
  pop3: 2,
  http: 3,
  ftp: 4,
  'ftp-data': 5,
  rtsp: 4,
  rtp: 5,
  rtcp: 3,
  bitmessage: 5,
  bittorrent: 2,
  'bittorrent-data': 5,
  'udp-tracker': 3,
  tcp: 6,
  udp: 6,
};
const PALETTE = 6;

/** 0 to 5, or 6 for the quiet colour of transports. */
export function colourOf(protocol: string): number {
  const known = KNOWN[protocol];
  if (known !== undefined) return known;
  let sum = 0;
  for (let i = 0; i < protocol.length; i++) sum += protocol.charCodeAt(i);
  return sum % PALETTE;
}

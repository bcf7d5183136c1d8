/**
 * The columns of a Run's tables and what each is made of: what they mean stands in run.ts, which has the same names.
 * For whoever makes tables, or has to know whether all of one is there.
 */

export const CONNECTIONS = {
  transport: Int32Array,
  protocol: Int32Array,
  client: Int32Array,
  clientPort: Int32Array,
  server: Int32Array,
  serverPort: Int32Array,
  clientSeen: Int32Array,
  clientSeenPort: Int32Array,
  serverSeen: Int32Array,
  serverSeenPort: Int32Array,
  openedAt: Float64Array,
  establishedAt: Float64Array,
  closedAt: Float64Array,
  ending: Int32Array,
  clientIsn: Uint32Array,
  serverIsn: Uint32Array,
  forgedSource: Int32Array,
};

export const MESSAGES = {
  sentAt: Float64Array,
  receivedAt: Float64Array,
  from: Int32Array,
  to: Int32Array,
  connection: Int32Array,
  protocol: Int32Array,
  kind: Int32Array,
  label: Int32Array,
  step: Int32Array,
  start: Float64Array,
  length: Float64Array,
  bulk: Uint32Array,
  streamStart: Float64Array,
  inner: Int32Array,
};

export const INNER_MESSAGES = { protocol: Int32Array, kind: Int32Array, label: Int32Array, secret: Int32Array, sequence: Float64Array };

export const SECRETS = { suite: Int32Array, label: Int32Array, clientRandom: Int32Array, secret: Int32Array };

export const PACKETS = {
  sentAt: Float64Array,
  receivedAt: Float64Array,
  fate: Uint8Array,
  droppedBy: Int32Array,
  copyOf: Int32Array,
  connection: Int32Array,
  fromServer: Uint8Array,
  flags: Uint8Array,
  sequence: Uint32Array,
  acknowledgment: Uint32Array,
  window: Uint16Array,
  streamStart: Float64Array,
  length: Int32Array,
  message: Int32Array,
  retransmission: Uint8Array,
  step: Int32Array,
  optionsStart: Uint32Array,
  optionsLength: Uint8Array,
};

export const CROSSINGS = { packet: Int32Array, link: Int32Array, reverse: Uint8Array, at: Float64Array };

export const FLOWS = {
  connection: Int32Array,
  fromServer: Uint8Array,
  startedAt: Float64Array,
  endedAt: Float64Array,
  streamStart: Float64Array,
  length: Float64Array,
  delay: Float64Array,
  step: Int32Array,
};

export const STATES = {
  at: Float64Array,
  host: Int32Array,
  store: Int32Array,
  key: Int32Array,
  value: Int32Array,
  expiresAt: Float64Array,
  note: Int32Array,
  step: Int32Array,
};

/** By the table's name in Run. */
export const RUN_TABLES = {
  connections: CONNECTIONS,
  messages: MESSAGES,
  innerMessages: INNER_MESSAGES,
  secrets: SECRETS,
  packets: PACKETS,
  crossings: CROSSINGS,
  flows: FLOWS,
  states: STATES,
};

/** The constants of this TCP, each with its source. */
import { type Bytes, MILLISECOND, MINUTE, type Nanoseconds, SECOND } from '../../quantities.ts';

/** Payload of a segment: 1,500 bytes less the IPv4 and TCP headers (RFC 9293 §3.7.1). */
export const MAXIMUM_SEGMENT_SIZE: Bytes = 1460;
/** A write waits while more than this is buffered and unacknowledged, or more than the receive buffer where that is larger. */
export const SEND_BUFFER: Bytes = 256 * 1024;
/** RFC 6928 §2: min(10 MSS, max(2 MSS, 14,600)). */
export const INITIAL_WINDOW: Bytes = 10 * MAXIMUM_SEGMENT_SIZE;
/** RFC 9293 §3.8.6.3 asks for less than 0.5 s; 40 ms is what widespread stacks use. */
export const DELAYED_ACK: Nanoseconds = 40 * MILLISECOND;
/** RFC 6298 §2. */
export const INITIAL_RTO: Nanoseconds = SECOND;
/** RFC 6298 §5.7: … for data after a handshake that needed a retransmission. */
export const RTO_AFTER_LOST_SYN: Nanoseconds = 3 * SECOND;
export const MINIMUM_RTO: Nanoseconds = SECOND;
/** RFC 6298 §2.5: at least 60 s. */
export const MAXIMUM_RTO: Nanoseconds = MINUTE;
/** G of RFC 6298 §2; coarser than a delayed ACK, so that a path of constant delay does not time out on one. */
export const CLOCK_GRANULARITY: Nanoseconds = 100 * MILLISECOND;
/** R2 of RFC 9293 §3.8.3: data unacknowledged for so long breaks the connection (at least 100 s) … */
export const USER_TIMEOUT: Nanoseconds = 100 * SECOND;
/** … and a SYN is given at least 3 minutes. */
export const SYN_TIMEOUT: Nanoseconds = 3 * MINUTE;
/** RFC 9293 §3.4.2 says 2 minutes; 30 s is what stacks use, so that TIME-WAIT lasts a minute. */
export const MAXIMUM_SEGMENT_LIFETIME: Nanoseconds = 30 * SECOND;
/** Window probes that keep a simulation alive; later ones go on in the background (RFC 9293 §3.8.6.1 has them go on for ever). */
export const FOREGROUND_PROBES = 12;

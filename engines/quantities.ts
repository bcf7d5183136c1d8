/**
 * Quantities as every floor of the project holds them: plain numbers in one fixed unit each.
 * The language converts `4 s`, `10 Mbps` and `256 KiB` once, when it builds a Scenario.
 */

/** A point in, or a length of, virtual time in integer nanoseconds. Exact up to 2^53 ns, about 104 days. */
export type Nanoseconds = number;
export type BitsPerSecond = number;
export type Bytes = number;
/** 0 to 1. */
export type Ratio = number;

export const MICROSECOND: Nanoseconds = 1_000;
export const MILLISECOND: Nanoseconds = 1_000_000;
export const SECOND: Nanoseconds = 1_000_000_000;
export const MINUTE: Nanoseconds = 60 * SECOND;
export const HOUR: Nanoseconds = 60 * MINUTE;
export const DAY: Nanoseconds = 24 * HOUR;

/** The calendar of virtual time: 0 is 2026-01-01 00:00:00 UTC, here in seconds since 1970-01-01 without leap seconds. */
export const EPOCH = 1_767_225_600;

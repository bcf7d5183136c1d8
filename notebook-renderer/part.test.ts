import { describe, expect, it } from 'vitest';
import { textbookRun } from './fixtures/recorded-runs.ts';
import { messageAt, partOf, retransmittedMessages } from './part.ts';

const run = textbookRun();

describe('the part of a run that a cell is about', () => {
  it('without a focus is everything', () => {
    const part = partOf({ run, focus: null });
    expect(part.messages.length).toBe(run.messages.rows);
    expect(part.steps).toEqual([0, 1, 2]);
    expect(part.checks).toEqual([0, 1]);
    expect([part.startedAt, part.endedAt]).toEqual([0, run.duration]);
  });

  it('has the messages, notes and connections of its own steps', () => {
    const first = partOf({ run, focus: 0 });
    expect(Array.from(first.messages, (i) => messageAt(run, i).protocol)).toEqual(['dns', 'dns', 'dns']);
    expect(first.steps).toEqual([0]);
    expect(first.checks).toEqual([]);
    expect(first.connections.length).toBe(1);
    const second = partOf({ run, focus: 1 });
    expect(second.messages.length).toBe(13);
    expect(second.checks).toEqual([0, 1]);
    expect(second.views.length).toBe(1);
    expect(second.startedAt).toBe(1_100_000_000);
  });

  it('of a cell that only declares is empty, and says so', () => {
    const part = partOf({ run, focus: 2 });
    expect(part.declaresOnly).toBe(true);
    expect(part.messages.length).toBe(0);
  });

  it('gives messages that no step caused to the first cell with steps', () => {
    const stepless = { ...run, messages: { ...run.messages, step: new Int32Array(run.messages.rows).fill(-1) } };
    expect(partOf({ run: stepless, focus: 0 }).messages.length).toBe(16);
    expect(partOf({ run: stepless, focus: 1 }).messages.length).toBe(0);
  });
});

it('a message whose packet was sent again is known', () => {
  expect([...retransmittedMessages(run)]).toEqual([1]);
});

it('a lost message was never received', () => {
  expect(messageAt(run, 0)).toMatchObject({ from: 'alice-pc', to: 'local-dns', lost: true, label: 'A? mail.crepes.fr' });
  expect(messageAt(run, 1).lost).toBe(false);
});

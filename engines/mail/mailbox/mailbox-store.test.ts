import { expect, test } from 'vitest';
import { MemoryDisk } from '../../network/disk.ts';
import { MailboxStore } from './mailbox-store.ts';

test('a mailbox keeps what is delivered, within its quota, across a boot', () => {
  const disk = new MemoryDisk();
  const store = new MailboxStore(disk);
  store.create('Bob@hamburger.edu', 10);
  expect(store.deliver('bob@HAMBURGER.edu', 'first', 1)).toEqual({ uid: 1, arrivedAt: 1, octets: 'first' });
  expect(store.hasRoom('bob@hamburger.edu', 5)).toBe(true);
  expect(store.hasRoom('bob@hamburger.edu', 6)).toBe(false);
  expect(store.deliver('bob@hamburger.edu', 'too big', 2)).toBeNull();
  expect(store.deliver('bob@hamburger.edu', 'other', 3)).toMatchObject({ uid: 2 });

  const booted = new MailboxStore(disk);
  booted.create('bob@hamburger.edu', 10);
  expect(booted.find('bob@hamburger.edu')).toBe('Bob@hamburger.edu');
  expect(booted.messages('bob@hamburger.edu').map(({ octets }) => octets)).toEqual(['first', 'other']);
  expect(booted.count('bob@hamburger.edu')).toBe(2);
});

test('where there is no mailbox, nothing is kept', () => {
  const store = new MailboxStore(new MemoryDisk());
  expect(store.find('carol@hamburger.edu')).toBeNull();
  expect(store.deliver('carol@hamburger.edu', 'x', 0)).toBeNull();
  expect(store.hasRoom('carol@hamburger.edu', 0)).toBe(false);
  expect(store.messages('carol@hamburger.edu')).toEqual([]);
  expect(store.count('carol@hamburger.edu')).toBe(0);
});

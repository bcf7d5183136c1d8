import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryDisk } from '../../network/disk.ts';
import { MailboxStore } from './mailbox-store.ts';

const BOB = 'bob@hamburger.edu';

function boxOf(quota = 1000): MailboxStore {
  const store = new MailboxStore(new MemoryDisk());
  store.create(BOB, quota);
  return store;
}

const idOf = (store: MailboxStore, name: string): number => store.folder(BOB, name)?.id ?? 0;
const names = (store: MailboxStore): string[] => store.folders(BOB).map(({ name }) => name);
const put = (store: MailboxStore, folder: string, octets: string, flags: readonly string[] = []) =>
  store.append(BOB, idOf(store, folder), { octets, arrivedAt: 0, flags });

test('a mailbox keeps what is delivered, within its quota, across a boot', () => {
  const disk = new MemoryDisk();
  const store = new MailboxStore(disk);
  store.create('Bob@hamburger.edu', 10);
  expect(store.deliver('bob@HAMBURGER.edu', 'first', 1)).toEqual({ uid: 1, arrivedAt: 1, octets: 'first', flags: [] });
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

describe('folders', () => {
  test('are made with the levels above them, and INBOX is one name in any case', () => {
    const store = boxOf();
    expect(store.createFolder(BOB, 'Lists/owls/')).toBeNull();
    expect(names(store)).toEqual(['INBOX', 'Lists', 'Lists/owls']);
    expect([store.createFolder(BOB, 'inbox'), store.createFolder(BOB, 'Lists'), store.createFolder(BOB, 'a//b')]).toEqual([
      'exists',
      'exists',
      'not allowed',
    ]);
    expect(store.createFolder(BOB, 'inbox/old')).toBeNull();
    expect(store.folder(BOB, 'Inbox/old')?.name).toBe('INBOX/old');
  });

  test('that have others below them stay as a name; made again, they are not the same', () => {
    const store = boxOf();
    store.createFolder(BOB, 'a/b');
    const first = idOf(store, 'a');
    put(store, 'a', 'x');
    expect(store.deleteFolder(BOB, 'a')).toBeNull();
    expect(store.folder(BOB, 'a')).toMatchObject({ selectable: false, count: 0 });
    expect(store.used(BOB)).toBe(0);
    expect(put(store, 'a', 'x')).toBe('no such folder');
    expect(store.deleteFolder(BOB, 'a')).toBe('not allowed');
    expect(store.createFolder(BOB, 'a')).toBeNull();
    expect(idOf(store, 'a')).toBeGreaterThan(first);
    expect(store.deleteFolder(BOB, 'INBOX')).toBe('not allowed');
    expect(store.deleteFolder(BOB, 'nowhere')).toBe('no such folder');
  });

  test('are renamed with those below; INBOX gives its messages and stays', () => {
    const store = boxOf();
    store.createFolder(BOB, 'a/b');
    const id = idOf(store, 'a/b');
    expect(store.renameFolder(BOB, 'a', 'c/d')).toBeNull();
    expect(names(store)).toEqual(['INBOX', 'c/d', 'c/d/b', 'c']);
    expect(idOf(store, 'c/d/b')).toBe(id);
    expect([store.renameFolder(BOB, 'c', 'c/x'), store.renameFolder(BOB, 'c', 'INBOX'), store.renameFolder(BOB, 'x', 'y')]).toEqual([
      'not allowed',
      'exists',
      'no such folder',
    ]);
    put(store, 'INBOX', 'old', ['\\Seen']);
    expect(store.renameFolder(BOB, 'INBOX', '2025')).toBeNull();
    expect(store.messages(BOB)).toEqual([]);
    expect(store.messages(BOB, '2025')).toMatchObject([{ uid: 1, octets: 'old', flags: ['\\Seen'] }]);
    expect(put(store, 'INBOX', 'new')).toMatchObject({ uid: 2 });
  });

  test('that get a name by being renamed are newer than whatever had it before (RFC 3501 §2.3.1.1)', () => {
    const store = boxOf();
    const validity = (name: string) => store.folder(BOB, name)!.validity;
    store.createFolder(BOB, 'early/x');
    const early = validity('early/x');
    store.createFolder(BOB, 'late/x');
    const late = validity('late/x');
    store.deleteFolder(BOB, 'late/x');
    store.deleteFolder(BOB, 'late');
    expect(store.renameFolder(BOB, 'early', 'late')).toBeNull();
    expect(early).toBeLessThan(late);
    expect(validity('late/x')).toBeGreaterThan(late);
    expect(new Set(store.folders(BOB).map((folder) => folder.validity)).size).toBe(store.folders(BOB).length);
    store.createFolder(BOB, 'early/x');
    expect(validity('early/x')).toBeGreaterThan(validity('late/x'));
  });

  test('are subscribed to by name alone', () => {
    const store = boxOf();
    expect(store.subscribe(BOB, 'nowhere', true)).toBeNull();
    expect(store.subscriptions(BOB)).toEqual(['INBOX', 'nowhere']);
    store.subscribe(BOB, 'Inbox', false);
    expect(store.subscriptions(BOB)).toEqual(['nowhere']);
    expect(store.subscribe(BOB, 'a//b', true)).toBe('not allowed');
  });
});

test('a message is recent until somebody is told of it', () => {
  const store = boxOf();
  put(store, 'INBOX', 'a');
  put(store, 'INBOX', 'b');
  expect(store.takeRecent(BOB, 1)).toBe(1);
  expect(store.takeRecent(BOB, 1)).toBe(3);
});

test('who watches a disk is told what any store of it changes', () => {
  const disk = new MemoryDisk();
  const [server, session] = [new MailboxStore(disk), new MailboxStore(disk)];
  server.create(BOB, 100);
  const told: string[] = [];
  const stop = session.watch((address, folder, change) => {
    const about = change.kind === 'removed' ? change.uid : change.kind === 'added' || change.kind === 'flags' ? change.message.flags : '';
    told.push(`${address} ${folder.name} ${change.kind} ${about}`);
  });
  server.deliver('BOB@hamburger.edu', 'x', 0);
  server.setFlags(BOB, 1, 1, ['\\seen', '\\Recent', '$Later', '\\SEEN']);
  server.setFlags(BOB, 1, 1, ['$Later', '\\Seen']); // no change
  server.remove(BOB, 1, [1, 2]);
  stop();
  server.deliver(BOB, 'x', 0);
  expect(told).toEqual([`${BOB} INBOX added `, `${BOB} INBOX flags \\Seen,$Later`, `${BOB} INBOX removed 1`]);
});

test('what a host that is down still tries to write changes nothing', () => {
  const disk = new MemoryDisk();
  const store = new MailboxStore(disk);
  store.create(BOB, 100);
  store.deliver(BOB, 'x', 0);
  disk.powered = false;
  store.deliver(BOB, 'y', 0);
  store.remove(BOB, 1, [1]);
  disk.powered = true;
  expect(store.messages(BOB).map(({ octets }) => octets)).toEqual(['x']);
});

/** What a mailbox is, as simply as it can be said: folders as lists of messages. */
interface Model {
  quota: number;
  folders: Map<string, { nextUid: number; messages: { uid: number; octets: string; flags: string[] }[] }>;
}

test('does what a list of lists would, whatever is done', () => {
  const folder = fc.constantFrom('INBOX', 'a', 'b', 'c');
  const uids = fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { maxLength: 4 }).map((list) => list.sort((x, y) => x - y));
  const act = fc.oneof(
    fc.record({ act: fc.constant('add' as const), folder, octets: fc.string({ maxLength: 12 }), deliver: fc.boolean() }),
    fc.record({ act: fc.constant('flags' as const), folder, uids, flag: fc.constantFrom('\\Seen', '\\Deleted', 'work') }),
    fc.record({ act: fc.constant('remove' as const), folder, uids }),
    fc.record({ act: fc.constant('copy' as const), folder, uids, to: folder, move: fc.boolean() }),
    fc.record({ act: fc.constant('create' as const), folder }),
    fc.record({ act: fc.constant('delete' as const), folder }),
    fc.record({ act: fc.constant('boot' as const) }),
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
      const disk = new MemoryDisk();
      let store = new MailboxStore(disk);
      store.create(BOB, 60);
      const model: Model = { quota: 60, folders: new Map([['INBOX', { nextUid: 1, messages: [] }]]) };
      const used = () =>
        [...model.folders.values()].flatMap(({ messages }) => messages).reduce((sum, { octets }) => sum + octets.length, 0);
      for (const one of acts) {
        const held = 'folder' in one ? model.folders.get(one.folder) : undefined;
        switch (one.act) {
          case 'add': {
            if (one.deliver) store.deliver(BOB, one.octets, 0, one.folder);
            else put(store, one.folder, one.octets);
            if (used() + one.octets.length > model.quota) break;
            const into = held ?? (one.deliver ? { nextUid: 1, messages: [] } : null);
            if (!into) break;
            model.folders.set(one.folder, into);
            into.messages.push({ uid: into.nextUid++, octets: one.octets, flags: [] });
            break;
          }
          case 'flags':
            for (const uid of one.uids) store.setFlags(BOB, idOf(store, one.folder), uid, [one.flag]);
            for (const message of held?.messages ?? []) if (one.uids.includes(message.uid)) message.flags = [one.flag];
            break;
          case 'remove':
            store.remove(BOB, idOf(store, one.folder), one.uids);
            if (held) held.messages = held.messages.filter(({ uid }) => !one.uids.includes(uid));
            break;
          case 'copy': {
            store.copy(BOB, idOf(store, one.folder), one.uids, idOf(store, one.to), one.move);
            const to = model.folders.get(one.to);
            if (!held || !to) break;
            const chosen = held.messages.filter(({ uid }) => one.uids.includes(uid));
            const more = chosen.reduce((sum, { octets }) => sum + octets.length, 0);
            if (!one.move && used() + more > model.quota) break;
            to.messages.push(...chosen.map((message) => ({ ...message, uid: to.nextUid++ })));
            if (one.move) held.messages = held.messages.filter((message) => !chosen.includes(message));
            break;
          }
          case 'create':
            store.createFolder(BOB, one.folder);
            if (!held) model.folders.set(one.folder, { nextUid: 1, messages: [] });
            break;
          case 'delete':
            store.deleteFolder(BOB, one.folder);
            if (one.folder !== 'INBOX') model.folders.delete(one.folder);
            break;
          case 'boot':
            store = new MailboxStore(disk);
            break;
        }
        expect(store.used(BOB)).toBe(used());
        expect(names(store).sort()).toEqual([...model.folders.keys()].sort());
        for (const [name, { messages, nextUid }] of model.folders) {
          const found = store.messages(BOB, name).map(({ uid, octets, flags }) => ({ uid, octets, flags }));
          expect(found).toEqual(messages);
          expect(store.folder(BOB, name)).toMatchObject({ nextUid, count: messages.length });
        }
      }
    }),
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lengthOf } from '../contents.ts';
import { MemoryDisk } from '../network/disk.ts';
import { literal } from './file-source.ts';
import { FileSystem } from './file-system.ts';
import { isWithin, nameOf, parentOf, resolvePath } from './path.ts';

describe('paths', () => {
  test.each<[directory: string, path: string, resolved: string | null]>([
    ['/', 'a', '/a'],
    ['/pub', 'a/b', '/pub/a/b'],
    ['/pub', '/a', '/a'],
    ['/pub', '..', '/'],
    ['/pub', '../../../etc', '/etc'],
    ['/pub', './a//b/', '/pub/a/b'],
    ['/pub', '', '/pub'],
    ['/', 'a\0b', null],
    ['/', 'a\nb', null],
    ['/', 'x'.repeat(256), null],
    ['/', 'x/'.repeat(600), null],
    [`/${'x/'.repeat(510)}x`, 'yyyy', null],
  ])('in %s, %j', (directory, path, resolved) => expect(resolvePath(directory, path)).toBe(resolved));

  test('are absolute and normal whatever is asked for, and resolve to themselves', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a./]{0,20}$/), fc.stringMatching(/^[a./]{0,20}$/), (first, second) => {
        const directory = resolvePath('/', first) as string;
        const path = resolvePath(directory, second) as string;
        expect(path).toMatch(/^\/$|^(\/(?!\.\.?(\/|$))[^/]+)+$/);
        expect(resolvePath('/', path)).toBe(path);
        expect(isWithin(path, parentOf(path))).toBe(true);
        if (path !== '/') expect(resolvePath(parentOf(path), nameOf(path))).toBe(path);
      }),
    );
  });
});

describe('a file system', () => {
  const made = () => {
    const files = new FileSystem(new MemoryDisk());
    files.write('/a/b/c.txt', literal('hello'), 'ann', 7);
    files.write('/a/bc', literal('xy'), 'bob', 8);
    return files;
  };

  test('has the directories above its files, and lists each level by itself', () => {
    const files = made();
    expect(files.look('/a')).toMatchObject({ kind: 'directory', owner: 'ann', modifiedAt: 7 });
    expect(files.list('/').map(({ path, kind }) => [path, kind])).toEqual([['/a', 'directory']]);
    expect(files.list('/a').map(({ name, size }) => [name, size])).toEqual([
      ['b', 0],
      ['bc', 2],
    ]);
    expect(files.look('/a/b/c')).toBeNull();
    expect(files.used).toBe(7);
  });

  test('goes on with a file from any place in it, which keeps its owner and identity', () => {
    const files = made();
    const { id } = files.look('/a/b/c.txt')!;
    files.extend('/a/b/c.txt', 2, literal('y!'), 'bob', 9);
    expect(files.look('/a/b/c.txt')).toEqual({ kind: 'file', id, size: 4, modifiedAt: 9, owner: 'ann' });
    expect(files.read('/a/b/c.txt')).toEqual(literal('hey!'));
  });

  test('moves and removes a directory with all that is in it, and nothing beside it', () => {
    const files = made();
    files.rename('/a/b', '/d');
    expect(files.read('/d/c.txt')).toEqual(literal('hello'));
    expect(files.look('/a/b/c.txt')).toBeNull();
    expect(files.look('/a/bc')).not.toBeNull();
    files.remove('/d');
    expect(files.look('/d/c.txt')).toBeNull();
    expect(lengthOf(files.read('/d/c.txt'))).toBe(0);
    expect(files.used).toBe(2);
  });

  test('is what another one on the same disk finds', () => {
    const disk = new MemoryDisk();
    new FileSystem(disk).write('/a', literal('x'), 'ann', 1);
    expect(new FileSystem(disk).read('/a')).toEqual(literal('x'));
  });
});

import { fileSystemIn } from './file-systems.js';

const MOUNTS = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:25 / /dev/shm rw,nosuid - tmpfs tmpfs rw
31 22 0:40 / /mnt/my\\040share rw - nfs4 server:/export rw,vers=4.2,local_lock=none
32 22 8:2 / /data rw - ext4 /dev/sdb1 rw
33 22 0:41 / /data rw - tmpfs tmpfs rw
34 33 0:42 / /data/sub rw - fuse.sshfs host:/ rw
`;

describe('fileSystemIn', () => {
  it.each([
    ['/var/lib/feedback-loop', 'ext4', false, false],
    ['/dev/shm/spool', 'tmpfs', true, false],
    ['/dev/shm', 'tmpfs', true, false],
    ['/dev/shmother', 'ext4', false, false],
    ['/mnt/my share/feedback-loop.db', 'nfs4', false, true],
    ['/data/feedback-loop.db', 'tmpfs', true, false],
    ['/data/sub/feedback-loop.db', 'fuse.sshfs', false, true],
  ])('finds the file system of %s', (path, type, isTemporary, isNetwork) => {
    expect(fileSystemIn(MOUNTS, path)).toEqual({ type, isTemporary, isNetwork });
  });

  it('does not guess', () => {
    expect(fileSystemIn('', '/data')).toBeUndefined();
  });
});

import { readFileSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** In memory: its files are gone when the machine, or the container, stops. */
const TEMPORARY = /^(?:tmpfs|ramfs|devtmpfs)$/;

/** SQLite relies on locks and shared memory, which these file systems do not offer between machines. */
const NETWORK =
  /^(?:nfs4?|cifs|smb3|smbfs|9p|ceph|afs|lustre|gpfs|beegfs|fuse\.(?:sshfs|glusterfs|s3fs|rclone|gcsfuse|blobfuse2?|ceph|ceph-fuse|mfs|juicefs))$/;

export interface FileSystem {
  type: string;
  isTemporary: boolean;
  isNetwork: boolean;
}

/**
 * Returns the file system of a file or folder, which need not exist yet; undefined where it cannot be known, as on
 * systems without /proc.
 */
export function fileSystemOf(path: string): FileSystem | undefined {
  let mounts: string;
  try {
    mounts = readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return undefined;
  }
  return fileSystemIn(mounts, existingPart(resolve(path)));
}

/** Returns the file system of an absolute path without links, according to the content of a /proc/…/mountinfo. */
export function fileSystemIn(mountinfo: string, path: string): FileSystem | undefined {
  let longest = '';
  let type: string | undefined;
  for (const line of mountinfo.split('\n')) {
    const [before = '', after] = line.split(' - ');
    const mount = before.split(' ')[4]?.replaceAll(/\\(\d{3})/g, (_, code: string) => octal(code));
    if (mount === undefined || after === undefined) continue;
    const contains = path === mount || path.startsWith(mount.endsWith('/') ? mount : `${mount}/`);
    // Of two mounts at the same place, the later one hides the earlier one.
    if (!contains || mount.length < longest.length) continue;
    longest = mount;
    [type] = after.split(' ');
  }
  if (type === undefined) return undefined;
  return { type, isTemporary: TEMPORARY.test(type), isNetwork: NETWORK.test(type) };
}

/** Returns the longest part of a path that exists, without links. */
function existingPart(path: string): string {
  for (let part = path; ; part = dirname(part)) {
    try {
      return realpathSync(part);
    } catch {
      if (dirname(part) === part) return part;
    }
  }
}

function octal(code: string): string {
  return String.fromCharCode(Number.parseInt(code, 8));
}

import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** A measured server. It runs in a separate process, so that each has its own heap and event loop. */
export interface Peer {
  name: string;
  pid: number;
  url: string;
  headers: Record<string, string>;
  /** CPU seconds that the process has used so far. */
  cpuSeconds(): number;
  stop(): Promise<void>;
}

export interface PeerOptions {
  name: string;
  command: string;
  args: string[];
  environment: Record<string, string>;
  readAddress(output: string): string | undefined;
  path: string;
  headers?: () => Record<string, string>;
}

const CLOCK_TICKS = 100;

export async function startPeer(options: PeerOptions): Promise<Peer> {
  const child = spawn(options.command, options.args, {
    env: { PATH: process.env.PATH, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const address = await waitForAddress(child, options);
  return {
    name: options.name,
    pid: child.pid as number,
    url: address + options.path,
    headers: options.headers?.() ?? {},
    cpuSeconds: () => cpuSeconds(child.pid as number),
    stop: async () => {
      if (child.exitCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    },
  };
}

function waitForAddress(child: ChildProcess, { name, readAddress }: PeerOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-20_000);
      const address = readAddress(output);
      if (address) resolve(address);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}:\n${output}`)));
  });
}

/** Returns user and system time of a process and its threads, from /proc (Linux). */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS;
}

/**
 * Returns the CPU time of all PostgreSQL processes, including ended backends, which count as the postmaster's children.
 */
export function postgresCpuSeconds(): number {
  let sum = 0;
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      if (!/\((?:postgres|postmaster)\)/.test(stat)) continue;
      const fields = stat.split(') ').at(-1)!.split(' ');
      sum += (Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14])) / CLOCK_TICKS;
    } catch {
      // The process ended in the meantime.
    }
  }
  return sum;
}

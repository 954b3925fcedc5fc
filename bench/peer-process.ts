import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A server under measurement: its own process, so that each has its own heap and event loop. */
export interface Peer {
  name: string;
  url: string;
  headers: Record<string, string>;
  /** Seconds of CPU the process has used so far. */
  cpuSeconds(): number;
  stop(): Promise<void>;
}

const CLOCK_TICKS = 100;

export async function startPeer(
  name: string,
  file: string,
  environment: Record<string, string>,
  readAddress: (output: string) => string | undefined,
  path: string,
  headers: () => Record<string, string> = () => ({}),
): Promise<Peer> {
  const child = spawn(process.execPath, [file], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const address = await waitForAddress(child, readAddress);
  return {
    name,
    url: address + path,
    headers: headers(),
    cpuSeconds: () => cpuSeconds(child.pid as number),
    stop: async () => {
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
    },
  };
}

function waitForAddress(child: ChildProcess, readAddress: (output: string) => string | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const address = readAddress(output);
      if (address) resolve(address);
    });
    child.once('exit', (code) => reject(new Error(`the peer ended with ${code}:\n${output}`)));
  });
}

/** User and system time of a process and its threads, from /proc (Linux). */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS;
}

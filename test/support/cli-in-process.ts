import { Writable } from 'node:stream';
import { runProgram } from '../../src/cli/program.js';
import type { CliResult } from './cli.js';

/**
 * Runs `feedback-loop <args>` from the sources, in the process of the test. A command costs a tenth of what a process
 * of its own costs, and a breakpoint works. Use `runCli` for what needs the process: signals, a terminal, two commands
 * at the same time, `start`, and the executable itself.
 */
export async function runCliInProcess(
  args: readonly string[],
  environment: Record<string, string>,
  folder: string,
): Promise<CliResult> {
  const stdout = new Output();
  const stderr = new Output();
  // Jest gives each test file a `process` of its own, so that this is seen by no other code. But the working folder is
  // that of the worker.
  const former = process.cwd();
  const listeners = process.listeners('exit');
  const restore = replaceInProcess({
    env: { PATH: process.env.PATH, ...environment },
    stdout,
    stderr,
    exitCode: undefined,
  });
  try {
    process.chdir(folder);
    await runProgram(args);
    return { code: Number(process.exitCode ?? 0), stdout: stdout.text, stderr: stderr.text };
  } finally {
    process.chdir(former);
    restore();
    // The logger of the command, which would otherwise be flushed at the end of this process.
    for (const each of process.listeners('exit')) if (!listeners.includes(each)) process.removeListener('exit', each);
  }
}

class Output extends Writable {
  private readonly chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(chunk);
    done();
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString('utf8');
  }
}

let running = false;

function replaceInProcess(values: Record<string, unknown>): () => void {
  // The second command would take the first one's output for the original.
  if (running) throw new Error('only one command at a time can run in the process of the test');
  running = true;
  const former = Object.keys(values).map((name) => [name, Object.getOwnPropertyDescriptor(process, name)] as const);
  for (const [name, value] of Object.entries(values))
    Object.defineProperty(process, name, { value, configurable: true, enumerable: true, writable: true });
  return () => {
    for (const [name, descriptor] of former)
      if (descriptor) Object.defineProperty(process, name, descriptor);
      else Reflect.deleteProperty(process, name);
    running = false;
  };
}

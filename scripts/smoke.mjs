// Starts the product with `npm start` in a temporary folder and sends one prediction, as the README tells a new user to
// do.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'feedback-loop-smoke-'));
const child = spawn('npm', ['start', '--silent'], {
  cwd: join(import.meta.dirname, '..'),
  env: { ...process.env, FL_DATA_DIR: folder, FL_API_PORT: '0', FL_DRAIN_MS: '0', FL_LOG_FORMAT: 'json' },
  stdio: ['ignore', 'pipe', 'inherit'],
  detached: true,
});
let output = '';
child.stdout.on('data', (chunk) => (output += chunk));
try {
  const deadline = Date.now() + 120_000;
  let address;
  while (!(address = /"address":"([^"]+)"/.exec(output)?.[1])) {
    if (Date.now() > deadline || child.exitCode !== null) throw new Error(`the server did not start:\n${output}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const key = readFileSync(join(folder, 'admin.key'), 'utf8').trim();
  const response = await fetch(`${address}/api/v1/predict`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ text: 'It works, how lovely!' }),
  });
  const body = await response.json();
  if (response.status !== 200 || body.sentiment !== 'positive' || body.persisted !== 'database') {
    throw new Error(`unexpected response ${response.status}: ${JSON.stringify(body)}`);
  }
  console.log(`started at ${address}, predicted ${body.sentiment}, persisted in the ${body.persisted}`);
} finally {
  process.kill(-child.pid, 'SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}

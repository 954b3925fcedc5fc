// npm run dev: compiles on each change and restarts the server. npm run debug: the same with the inspector on 127.0.0.1:9229. Settings come from
// the environment and .env, as for `npm start`; other arguments go to Node.js (`npm run dev -- --cpu-prof`).
//
// A file that does not parse leaves the running server as it is. A wrong type is reported, but does not keep the server from restarting.
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { canBuild, MAIN, ROOT } from './support/product-build.mjs';

/** A server that has not ended by then is killed. */
const STOP_MS = 10_000;
/** An editor that saves all files writes them one after another. */
const SETTLE_MS = 100;
/** npm passes on the Ctrl-C that the terminal has sent already. */
const SAME_SIGNAL_MS = 500;
const INSPECTOR = '127.0.0.1:9229';
const PRELOAD = new URL('./support/dev-child.mjs', import.meta.url).href;
const COMPILER = new URL('./support/dev-compiler.mjs', import.meta.url);

const nodeArguments = process.argv
  .slice(2)
  .map((argument) => (argument === '--inspect' ? `--inspect=${INSPECTOR}` : argument));

const say = (text) => console.log(`[dev] ${text}`);

/** { child, ended } while one runs. */
let server;
let stopping = false;

function start() {
  // A process group of its own: Ctrl-C reaches the watcher alone, which stops the server once. A second signal would cut its shutdown short.
  const child = spawn(process.execPath, ['--enable-source-maps', '--import', PRELOAD, ...nodeArguments, MAIN], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: process.platform !== 'win32',
  });
  child.on('message', ({ port, secure }) => {
    const address = `http${secure ? 's' : ''}://127.0.0.1:${port}`;
    say(`${address} · routes: ${address}/docs · Ctrl-C stops`);
  });
  const current = { child, ended: new Promise((resolve) => child.once('exit', resolve)) };
  server = current;
  void current.ended.then((code) => {
    if (server !== current) return;
    server = undefined;
    say(`the server ended with ${code ?? 'a signal'}; the next change starts it again`);
  });
}

async function stop() {
  if (!server) return;
  const { child, ended } = server;
  server = undefined;
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(timer);
}

/** One restart at a time; a change meanwhile asks for one more. */
let restarting;
let again = false;
function restart() {
  if (stopping) return;
  if (restarting) {
    again = true;
    return;
  }
  restarting = stop()
    .then(() => {
      if (!stopping) start();
    })
    .finally(() => {
      restarting = undefined;
      if (again) {
        again = false;
        restart();
      }
    });
}

let stoppedAt;
async function end() {
  if (stopping) {
    if (Date.now() - stoppedAt > SAME_SIGNAL_MS) process.exit(1);
    return;
  }
  stopping = true;
  stoppedAt = Date.now();
  await restarting;
  await stop();
  process.exit(0);
}

function onCompiler({ type, text }) {
  if (text !== '') process.stderr.write(text);
  if (type === 'written' || (type === 'unchanged' && !server)) restart();
  else if (type === 'broken')
    say(server ? 'syntax errors: the server runs on as it was' : 'syntax errors: not started');
  else if (type === 'errors') say('type errors: the server runs the change anyway');
  else if (type === 'checked') say('types are checked');
}

if (!canBuild()) {
  console.error('npm run dev compiles, and the development dependencies are not installed: run `npm ci`');
  process.exit(78);
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void end());
say('compiling …');
new Worker(COMPILER).on('message', onCompiler);

let settling;
watch(ROOT, (_event, name) => {
  if (name !== '.env') return;
  clearTimeout(settling);
  settling = setTimeout(restart, SETTLE_MS);
});

// Loaded into the server by scripts/dev.mjs: says when it listens, and stops it when the watcher asks or dies.
import { Server } from 'node:net';
import { isMainThread } from 'node:worker_threads';

// A worker thread loads this file too and has no channel.
if (isMainThread && process.send) {
  const listen = Server.prototype.listen;
  let announced = false;
  Server.prototype.listen = function (...parameters) {
    this.once('listening', () => {
      const address = this.address();
      if (announced || address === null || typeof address === 'string') return;
      announced = true;
      process.send?.({ port: address.port, secure: 'setSecureContext' in this });
    });
    return listen.apply(this, parameters);
  };

  // An event instead of a signal: Windows has no SIGINT to send, and a watcher that was killed can send nothing.
  process.once('disconnect', () => {
    if (!process.emit('SIGINT')) process.exit(0);
  });
  // Listening for `disconnect` keeps the channel, and with it the process, alive.
  process.channel?.unref();
}

import { AppError } from './common/index.js';
import { configFromEnvironment } from './config/index.js';
import { startServer } from './server.js';

try {
  await startServer(configFromEnvironment());
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  process.stderr.write(
    `feedback-loop cannot start: ${error.title}\n${error.message}\n${error.remedy ? `${error.remedy}\n` : ''}`,
  );
  process.exitCode = 1;
}

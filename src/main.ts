import { AppError } from '#kernel';
import { configFromEnvironment } from '#config';
import { startServer } from '#app';
import { acceptLegacySettings } from '#legacy-settings';

acceptLegacySettings();
try {
  await startServer(configFromEnvironment());
} catch (error) {
  if (!(error instanceof AppError)) throw error;
  process.stderr.write(
    `feedback-loop cannot start: ${error.title}\n${error.message}\n${error.remedy ? `${error.remedy}\n` : ''}`,
  );
  process.exitCode = 1;
}

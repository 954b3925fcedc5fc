import { rmSync } from 'node:fs';

export default async function globalTeardown() {
  await globalThis.stopTestServices?.();
  if (process.env.FL_TEST_FOLDER) rmSync(process.env.FL_TEST_FOLDER, { recursive: true, force: true });
}

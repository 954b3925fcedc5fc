// npm runs `prepare` after an install, and before `npx feedback-loop` in a clone: the second must not rebuild under a running server. Without
// the development dependencies the install succeeds and says what is left to do.
import { buildProduct, canBuild, CANNOT_BUILD, CANNOT_REBUILD, isBuilt, isCurrent } from './support/product-build.mjs';

if (process.env.npm_command === 'exec' && isBuilt()) process.exit(0);
if (!isCurrent()) {
  if (canBuild()) process.exitCode = buildProduct();
  else console.error(isBuilt() ? CANNOT_REBUILD : CANNOT_BUILD);
}

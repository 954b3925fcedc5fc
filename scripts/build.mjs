// npm run build: compiles the product unless dist/ is up to date.
//   --tools   also the benchmark and the model's training
//   --start   before `npm start`: exits with 78 and one line where there is nothing to start and nothing to build with
import {
  buildProduct,
  buildTools,
  canBuild,
  CANNOT_BUILD,
  CANNOT_REBUILD,
  hasSources,
  isBuilt,
  isCurrent,
} from './support/product-build.mjs';

/** EX_CONFIG of sysexits.h: a supervisor may stop restarting. */
const NOT_SET_UP = 78;

const arguments_ = process.argv.slice(2);
if (arguments_.includes('--tools')) process.exitCode = buildTools();
else if (!isBuilt() || (hasSources() && !isCurrent())) {
  if (canBuild()) {
    if (arguments_.includes('--start')) console.error('dist/ is not up to date: building …');
    process.exitCode = buildProduct();
  } else {
    console.error(isBuilt() ? CANNOT_REBUILD : CANNOT_BUILD);
    process.exitCode = NOT_SET_UP;
  }
}

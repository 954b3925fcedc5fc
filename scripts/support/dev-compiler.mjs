// The compiler of scripts/dev.mjs, in a worker thread: a compilation blocks its thread for seconds, and Ctrl-C must work meanwhile.
//
// It writes first and checks types afterwards, so that the server restarts within a second or two. What does not parse is not written.
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import ts from 'typescript';
import { forgetMissingOutputs, removeStaleOutputs, ROOT, takeFingerprint, writeStamp } from './product-build.mjs';

const post = (type, text = '') => parentPort.postMessage({ type, text });

const format = (diagnostics) =>
  ts.formatDiagnosticsWithColorAndContext(diagnostics, {
    getCurrentDirectory: () => ROOT,
    getCanonicalFileName: (name) => name,
    getNewLine: () => '\n',
  });

let written = false;
const system = {
  ...ts.sys,
  writeFile: (path, data, bom) => {
    written ||= path.endsWith('.js');
    ts.sys.writeFile(path, data, bom);
  },
};

/** Undefined when a file vanished while it was read: the change that removed it compiles again. */
function fingerprintNow() {
  try {
    return takeFingerprint();
  } catch {
    return undefined;
  }
}

forgetMissingOutputs('.tsbuildinfo');
const host = ts.createWatchCompilerHost(
  join(ROOT, 'tsconfig.build.json'),
  { noEmitOnError: false },
  system,
  ts.createEmitAndSemanticDiagnosticsBuilderProgram,
  (diagnostic) => post('error', format([diagnostic])),
  () => undefined,
);
host.afterProgramCreate = (program) => {
  const fingerprint = fingerprintNow();
  const broken = [
    ...program.getConfigFileParsingDiagnostics(),
    ...program.getOptionsDiagnostics(),
    ...program.getSyntacticDiagnostics(),
  ];
  if (broken.length > 0) {
    post('broken', format(broken));
    return;
  }
  written = false;
  program.emit();
  removeStaleOutputs();
  post(written ? 'written' : 'unchanged');
  const errors = [...program.getGlobalDiagnostics(), ...program.getSemanticDiagnostics()];
  // Again, for the build information alone: it records which files were checked, which spares the next start the same work.
  program.emit();
  if (errors.length > 0) post('errors', format(errors));
  else {
    if (fingerprint !== undefined) writeStamp(fingerprint);
    post('checked');
  }
};
ts.createWatchProgram(host);

import type { Command } from 'commander';
import { configFromEnvironment } from '../config/index.js';
import { print, printJson } from './output.js';

export function addPredictCommand(program: Command): void {
  program
    .command('predict')
    .description('ask the embedded model, without a server; nothing is recorded')
    .argument('<text...>', 'what to classify')
    .option('--json', 'print JSON')
    .action(async (words: string[], { json }: { json?: boolean }) => {
      const { EmbeddedModel } = await import('../predictions/index.js');
      const model = new EmbeddedModel(configFromEnvironment().modelPath);
      await model.load();
      const [answer] = await model.predict([words.join(' ')]);
      if (!answer) throw new Error('one text has one answer');
      const { confidence, label, scores } = answer;
      if (json) printJson({ label, confidence, scores, model: model.name, model_version: model.version });
      else {
        print(`${label} (${(confidence * 100).toFixed(1)} %)`);
        for (const [name, score] of Object.entries(scores))
          print(`  ${name.padEnd(10)} ${(score * 100).toFixed(1).padStart(5)} %`);
      }
    });
}

import type { Command } from 'commander';
import { configFromEnvironment } from '#config';
import { note, print, printJson } from './output.js';

export function addPredictCommand(program: Command): void {
  program
    .command('predict')
    .description('ask the embedded model, without a server; nothing is recorded')
    .argument('<text...>', 'what to classify')
    .option('--json', 'print JSON')
    .action(async (words: string[], { json }: { json?: boolean }) => {
      const text = words.join(' ').trim();
      if (text === '') program.error('error: the text is empty', { exitCode: 2 });
      const { EmbeddedModel } = await import('#models');
      const model = new EmbeddedModel(configFromEnvironment().models.path);
      await model.load();
      const [answer] = await model.predict([text]);
      if (!answer) throw new Error('one text has one answer');
      const { confidence, label, lowEvidence, scores, truncated } = answer;
      if (json)
        printJson({
          label,
          confidence,
          scores,
          low_evidence: lowEvidence,
          truncated,
          model: model.name,
          model_version: model.version,
        });
      else {
        print(`${label} (${(confidence * 100).toFixed(1)} %)`);
        if (lowEvidence) note('The model knows no word of this text: the answer is a guess.');
        if (truncated) note('The text is longer than the model reads: the rest was left out.');
        for (const [name, score] of Object.entries(scores))
          print(`  ${name.padEnd(10)} ${(score * 100).toFixed(1).padStart(5)} %`);
      }
    });
}

import type { Command } from 'commander';
import { configFromEnvironment } from '#config';
import { note, print, printJson } from './output.js';

export function addPredictCommand(program: Command): void {
  program
    .command('predict')
    .description('predict a text with the embedded model, without a server and without recording it')
    .argument('<text...>', 'text to classify')
    .option('--json', 'print JSON')
    .action(async (words: string[], { json }: { json?: boolean }) => {
      const text = words.join(' ').trim();
      if (text === '') program.error('error: the text is empty', { exitCode: 2 });
      const { EmbeddedModel } = await import('#models');
      const model = new EmbeddedModel(configFromEnvironment().models.path);
      await model.load();
      const [prediction] = await model.predict([text]);
      if (!prediction) throw new Error('the model returned no prediction');
      const { confidence, label, lowEvidence, scores, truncated } = prediction;
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
        if (lowEvidence) note('The model knows no word of this text: the prediction is a guess.');
        if (truncated) note('The text is longer than the model reads: the rest was ignored.');
        for (const [name, score] of Object.entries(scores))
          print(`  ${name.padEnd(10)} ${(score * 100).toFixed(1).padStart(5)} %`);
      }
    });
}

import { Metrics } from './metrics.service.js';

describe('Metrics', () => {
  it('counts predictions of further models together, because clients choose the names', async () => {
    const metrics = new Metrics();
    for (let i = 0; i < 300; i++)
      metrics.countPredictions('logged', 'database', [{ model: 'm', modelVersion: `${i}` }]);
    metrics.countPredictions('logged', 'database', [{ model: 'm', modelVersion: '0' }]);
    const lines = (await metrics.text())
      .split('\n')
      .filter((line) => line.startsWith('feedback_loop_predictions_total{'));
    expect(lines).toHaveLength(201);
    expect(lines).toContainEqual(expect.stringMatching(/model="other",model_version="other"} 100$/));
    expect(lines).toContainEqual(expect.stringMatching(/model="m",model_version="0"} 2$/));
  });
});

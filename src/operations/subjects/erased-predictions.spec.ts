import { ErasedPredictions } from './erased-predictions.js';

describe('GoneRecords', () => {
  const predictions = new ErasedPredictions();
  predictions.add('t', { id: 'p1', inference_id: 'chat-42' }, 100);
  predictions.add('t', { id: 'p2', inference_id: 'undefined' }, 100);
  const label = { given_prediction_id: null, prediction_id: null, inference_id: 'chat-42' };

  it.each([
    ['a vote or label on it', { prediction_id: 'p1', rater: 'r' }, 50, true],
    ['a label by inference id alone', label, 50, true],
    ['feedback without a subject', { prediction_id: 'p1', description: 'd', user_id: null, link: 'linked' }, 50, true],
    ['a vote accepted after the request', { prediction_id: 'p1' }, 101, false],
    ['a label by inference id, accepted after the request', label, 101, false],
    ['a vote of another tenant', { prediction_id: 'p1', tenant: 'u' }, 50, false],
    ['feedback of another subject', { prediction_id: 'p1', description: 'd', user_id: 'v', link: 'linked' }, 50, false],
    ['feedback with an unverified link', { prediction_id: 'p1', description: 'd', link: 'unverified' }, 50, false],
    ['another prediction with the same inference id', { id: 'p9', inference_id: 'chat-42', user_id: 'v' }, 50, false],
    ['a label that names another prediction', { ...label, prediction_id: 'p9' }, 50, false],
    ['a metric event', { id: 'm', type: 't', data: {} }, 50, false],
    ['feedback about no prediction', { id: 'f', description: 'd', prediction_id: null }, 50, false],
    ['a label without any id', { ...label, inference_id: null }, 50, false],
  ])('S4-F3 recognizes records of an erased prediction: %s', (_, row, acceptedAt, expected) => {
    expect(predictions.refersToErased('tenant' in row ? 'u' : 't', row, acceptedAt)).toBe(expected);
  });
});

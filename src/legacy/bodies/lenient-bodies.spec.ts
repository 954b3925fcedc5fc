import { ValidationError } from '#kernel';
import { lenientBatch, lenientFeedback, lenientPredict } from './lenient-bodies.js';

const feedback = {
  session_id: 's-1',
  category: 'bug',
  description: 'The chart is empty.',
  url: 'https://app.example.com/report',
  timestamp: '2026-11-22T09:30:00Z',
};

describe('request bodies of legacy systems', () => {
  it('may contain unknown fields', () => {
    expect(lenientPredict.parse({ text: 'fine', lang: 'en' })).toMatchObject({ text: 'fine' });
    expect(lenientBatch.parse({ texts: ['fine'], lang: 'en' })).toMatchObject({ texts: ['fine'] });
    expect(lenientFeedback.parse({ ...feedback, build: 7 })).toMatchObject(feedback);
  });

  it('are otherwise validated like current bodies', () => {
    expect(() => lenientPredict.parse({ text: '' })).toThrow(ValidationError);
    expect(() => lenientPredict.parse({ text: 'a', metadata: { large: 'x'.repeat(20_000) } })).toThrow(ValidationError);
    expect(() => lenientFeedback.parse({ ...feedback, prediction_id: 'none' })).toThrow(ValidationError);
  });
});

import { passwordErrors } from './passwords.service.js';

describe('passwordErrors', () => {
  it.each(['feedback-loop', 'Feedback Loop', 'feedbackloop2026!', 'feedback_loop1'])(
    'refuses the name of the product: %s',
    (password) => {
      expect(passwordErrors(password, 'ada@example.com', 'password')).toEqual([
        { path: 'password', message: 'is too easy to guess' },
      ]);
    },
  );

  it('accepts a password that only contains it', () => {
    expect(passwordErrors('feedback-loop guards the harbour', 'ada@example.com', 'password')).toEqual([]);
  });
});

import { allowedFields, serializeError } from './log-fields.js';

describe('log lines', () => {
  it('S1-28 carry only listed fields', () => {
    expect(allowedFields({ status: 200, body: 'secret', authorization: 'Bearer x', text: 'private' })).toEqual({
      status: 200,
    });
  });

  it('omit parameters, query and detail of an error', () => {
    const error = Object.assign(new Error('failed'), {
      parameters: ['canary'],
      query: 'canary',
      detail: 'canary',
      code: '42P01',
    });
    expect(JSON.stringify(serializeError(error))).not.toContain('canary');
  });

  it('do not repeat a value that the database refused', () => {
    const error = Object.assign(new Error('invalid input syntax for type uuid: "canary"'), { code: '22P02' });
    expect(JSON.stringify(serializeError(error))).not.toContain('canary');
    expect(JSON.stringify(serializeError(new Error('outer', { cause: error })))).not.toContain('canary');
  });

  it('survive a value that is not an error', () => {
    expect(serializeError('text')).toEqual({ type: 'string', message: 'not an Error' });
  });
});

import { onSqliteInProcess } from '../../support/in-process-environment.js';

onSqliteInProcess('the documents of the API', ({ server }) => {
  const get = (path: string, headers: Record<string, string> = {}) => server.request(path, { key: null, headers });

  // S1-27
  it('are OpenAPI 3.1', async () => {
    const { body } = await get('/docs-json');
    expect(body).toMatchObject({ openapi: '3.1.0', paths: { '/api/v1/predict': expect.any(Object) as object } });
  });

  // S1-27
  it('can be read in a browser', async () => {
    expect((await get('/docs')).text).toContain('swagger-ui');
    expect(await get('/docs/assets/swagger-ui-bundle.js')).toMatchObject({ status: 200 });
  });

  // S1-27
  it.each(['package.json', '..%2fpackage.json'])('do not come with other files, such as %s', async (file) => {
    expect(await get(`/docs/assets/${file}`)).toMatchObject({ status: 404 });
  });

  // S1-37
  it('are compressed, as all responses over 1 KB, and small ones are not', async () => {
    const gzip = { 'accept-encoding': 'gzip' };
    expect((await get('/docs-json', gzip)).headers.get('content-encoding')).toBe('gzip');
    expect((await get('/health', gzip)).headers.get('content-encoding')).toBeNull();
  });
});

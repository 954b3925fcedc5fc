import { parquetReadObjects } from 'hyparquet';
import { linesOf } from '../../support/api/caller.js';
import { invalid } from '../../support/api/payloads.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';
import { dataUrl, plain } from '../../support/pictures.js';

const DAY = 86_400_000;
const BODY = { session_id: 's-1', category: 'bug', url: 'https://app.example.com', timestamp: '2026-11-22T09:30:00Z' };

/** The bytes alone: a `Buffer` may be part of a larger one. */
const rowsOf = ({ bytes }: { bytes: Buffer }) => parquetReadObjects({ file: new Uint8Array(bytes).buffer });

onBothDatabasesInProcess('the inbox', ({ api, admin, database, dialect }) => {
  const submit = async (description: string, more: object) =>
    (await api.feedback.create({ ...BODY, description, ...more })).body.id;

  describe('exports', () => {
    const query = { session_id: 'export' };
    let id: string;
    beforeAll(async () => {
      id = await submit('=HYPERLINK("http://evil.example","click")', { ...query, api_state: { a: [1] } });
      await submit('two\nlines, "quoted"', query);
    });

    // S3-13
    it('feedback as CSV in which no spreadsheet runs a formula', async () => {
      const csv = await admin.inbox.export(query);
      expect(csv).toMatchObject({
        status: 200,
        headers: {
          'content-type': 'text/csv; charset=utf-8',
          'content-disposition': 'attachment; filename="feedback.csv"',
        },
      });
      expect(csv.text.startsWith('"id","session_id","category","description","url","timestamp"')).toBe(true);
      expect(csv.text).toContain(`"'=HYPERLINK(""http://evil.example"",""click"")"`);
      expect(csv.text).toContain('"two\nlines, ""quoted"""');
    });

    // S3-13
    it('feedback as JSON lines', async () => {
      const [first] = linesOf(await admin.inbox.export({ ...query, format: 'jsonl' }));
      expect(first).toMatchObject({ id, api_state: { a: [1] }, is_read: false });
    });

    // S3-13
    it('feedback as Parquet, also when no feedback matches', async () => {
      const rows = await rowsOf(await admin.inbox.export({ ...query, format: 'parquet' }));
      expect(rows).toHaveLength(2);
      expect(rows[0]).toMatchObject({
        id,
        description: '=HYPERLINK("http://evil.example","click")',
        is_read: false,
        created_at: expect.any(Date),
      });
      expect(await rowsOf(await admin.inbox.export({ session_id: 'unknown', format: 'parquet' }))).toEqual([]);
    });

    // S3-13
    it('feedback that its filters find', async () => {
      expect(linesOf(await admin.inbox.export({ ...query, category: 'bug', format: 'jsonl' }))).toHaveLength(2);
      expect(linesOf(await admin.inbox.export({ ...query, category: 'idea', format: 'jsonl' }))).toEqual([]);
    });

    // S3-13
    it('no format that it does not know', async () => {
      expect(await admin.inbox.export(invalid({ format: 'xlsx' }))).toMatchObject({ status: 422 });
    });
  });

  // S3-12 S3-16 S3-17
  it('deletes expired feedback with everything that belongs to it, and counts it', async () => {
    const session = { session_id: 'old' };
    const old = await submit('Very old words', { ...session, screenshot: dataUrl(await plain(12, 12)) });
    await admin.inbox.triage((await admin.inbox.get(old)).body, { is_read: true });
    const fresh = await submit('Fresh words', session);
    const time = Date.now() - 100 * DAY;
    const value = dialect === 'sqlite' ? String(time) : `'${new Date(time).toISOString()}'`;
    await database.query(`UPDATE feedback_submissions SET created_at = ${value} WHERE id = '${old}'`);

    const preview = await admin.retention.cleanup({ retention_days: 90, dry_run: true });
    expect(preview.body).toMatchObject({
      success: true,
      data: { submissions_deleted: 1, screenshots_deleted: 1, retention_days: 90, dry_run: true },
    });
    expect(await admin.inbox.get(old)).toMatchObject({ status: 200 });

    const { data } = (await admin.retention.cleanup({ retention_days: 90 })).body;
    expect(data).toMatchObject({ submissions_deleted: 1, screenshots_deleted: 1, dry_run: false });
    expect(Date.parse(data.cutoff_date)).toBeLessThan(Date.now() - 89 * DAY);
    const again = await admin.retention.cleanup();
    expect(again.body.data).toMatchObject({ submissions_deleted: 0, retention_days: 90 });

    expect(await admin.inbox.get(old)).toMatchObject({ status: 404 });
    expect(await admin.inbox.get(fresh)).toMatchObject({ status: 200 });
    for (const table of ['feedback_screenshots', 'feedback_submissions_history'])
      expect(await database.query(`SELECT id FROM ${table} WHERE feedback_id = '${old}'`)).toEqual([]);
    expect((await admin.inbox.list({ ...session, q: 'old' })).body.data).toEqual([]);
  });

  it.each([{ retention_days: 0 }, { retention_days: 'x' }, { dry_run: 'perhaps' }])(
    'refuses to clean up with %j',
    async (query) => {
      expect(await admin.retention.cleanup(invalid(query))).toMatchObject({ status: 422 });
    },
  );
});

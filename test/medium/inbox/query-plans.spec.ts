import { postgresDialect, sqliteDialect, type TemporalStore, type UnitOfWork } from '#persistence';
import { FeedbackRepository } from '../../../src/features/feedback/inbox/feedback.repository.js';
import type { InboxFilter } from '../../../src/features/feedback/inbox/inbox.js';
import type { FieldCipher } from '#secrets';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';

const TENANT = '00000000-0000-7000-8000-000000000001';
const ROWS = 20_000;
const DAY = 86_400_000;
const NOW = Date.now();

const FILTERS: [name: string, filter: Partial<InboxFilter>, index: string][] = [
  ['no filter', {}, 'idx_feedback_created'],
  ['a category', { category: 'rare' }, 'idx_feedback_category'],
  ['a range of dates', { from: NOW - 3 * DAY, to: NOW - 2 * DAY }, 'idx_feedback_created'],
  ['unread feedback', { isRead: false }, 'idx_feedback_read'],
  ['archived feedback', { isArchived: true }, 'idx_feedback_archived'],
  ['feedback with a screenshot', { hasScreenshot: true }, 'idx_feedback_screenshot'],
  ['a session', { sessionId: 's-7' }, 'idx_feedback_session'],
  ['a user', { userId: 'u-7' }, 'idx_feedback_user'],
  ['feedback in quarantine', { quarantined: true }, 'idx_feedback_quarantine'],
  ['words of the text', { search: 'needle' }, 'idx_feedback_search|VIRTUAL TABLE INDEX'],
];

// S3-20
onBothDatabasesInProcess('the plans of the inbox', ({ database, dialect }) => {
  const sqlite = dialect === 'sqlite';

  beforeAll(async () => {
    const time = sqlite ? `${NOW} - n * 30000` : `to_timestamp(${NOW / 1000} - n * 30)`;
    const id = sqlite
      ? `printf('01900000-0000-7000-8000-%012d', n)`
      : `('01900000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid`;
    const numbers = sqlite
      ? `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${ROWS})`
      : `WITH numbers AS (SELECT n FROM generate_series(1, ${ROWS}) AS n)`;
    const text = "CASE WHEN n % 500 = 0 THEN 'a needle here' ELSE 'hay and more hay' END";
    await database.query(
      `${sqlite ? '' : numbers} INSERT INTO feedback_submissions (id, tenant_id, session_id, category, description, url, timestamp, user_id, link, ` +
        'has_screenshot, has_annotation, created_at, is_read, is_archived, quarantine, version, search_text) ' +
        `${sqlite ? numbers : ''} SELECT ${id}, '${TENANT}', 's-' || (n % 1000), CASE WHEN n % 400 = 0 THEN 'rare' ELSE 'bug' END, ${text}, 'u', 't', ` +
        `'u-' || (n % 1000), 'none', n % 300 = 0, false, ${time}, n % 200 <> 0, n % 250 = 0, CASE WHEN n % 350 = 0 THEN 'honeypot' END, 1, ${text} FROM numbers`,
    );
    await database.query('ANALYZE');
  });

  /** The first statement of the repository for a filter, with its values in place of the parameters. */
  async function statementOf(filter: Partial<InboxFilter>): Promise<string> {
    let statement = '';
    const unitOfWork = {
      dialect: sqlite ? sqliteDialect : postgresDialect,
      read: async ({ tenantId }: { tenantId: string }, text: string, values: unknown[]) => {
        const bound = [tenantId, ...values];
        if (statement === '') statement = text.replace(/\$(\d+)/g, (_, i: string) => literal(bound[Number(i) - 1]));
        return [];
      },
    } as unknown as UnitOfWork;
    const repository = new FeedbackRepository(unitOfWork, {} as FieldCipher, {} as TemporalStore);
    await repository.list({ tenantId: TENANT }, { quarantined: false, includeDeleted: false, ...filter }, 101);
    return statement;
  }

  function literal(value: unknown): string {
    if (value instanceof Date) return `'${value.toISOString()}'`;
    if (typeof value === 'boolean') return sqlite ? String(Number(value)) : String(value);
    return typeof value === 'number' ? String(value) : `'${String(value).replaceAll("'", "''")}'`;
  }

  it.each(FILTERS)('use an index for %s, and do not scan the table', async (_name, filter, index) => {
    const explain = sqlite ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN';
    const rows = await database.query<Record<string, string>>(`${explain} ${await statementOf(filter)}`);
    const plan = rows.map((row) => row.detail ?? row['QUERY PLAN']).join('\n');
    expect(plan).toMatch(new RegExp(index));
    expect(plan).not.toMatch(/Seq Scan on feedback_submissions|SCAN feedback_submissions(?! USING INDEX)/);
  });
});

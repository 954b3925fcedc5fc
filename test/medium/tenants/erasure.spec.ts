import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCliInProcess } from '../../support/cli-in-process.js';
import { onBothDatabasesInProcess } from '../../support/in-process-environment.js';
import { until } from '../../support/outage.js';
import { dataUrl, plain } from '../../support/pictures.js';
import { filesBelow, tablesWith } from '../../support/tables.js';

const DEFAULT_TENANT = '00000000-0000-7000-8000-000000000001';
const UNKNOWN_TENANT = '00000000-0000-7000-8000-00000000abcd';
/** The log of the operator of the installation, and the tombstone, still name the tenant. */
const REMAINING = ['audit_log', 'erasures'];

/** The tests build on each other: what a backup brings back was erased by the first. */
onBothDatabasesInProcess(
  'the erasure of a tenant',
  ({ api, admin, database, dialect }) => {
    let erasedId: string;
    const command = (...args: string[]) => runCliInProcess(args, database.environment, database.folder);
    const screenshots = () => filesBelow(join(database.folder, 'blobs')).filter((file) => file.includes(erasedId));

    /** A tenant with one record of each kind. */
    async function plant(slug: string): Promise<string> {
      const { body: tenant } = await admin.tenants.create({ slug, name: slug });
      const theirs = api.as(tenant.admin_key);
      const { id } = (
        await theirs.predictions.log({
          model: 'm',
          model_version: 'v',
          label: 'x',
          confidence: 0.5,
          input_text: slug,
          user_id: 'u',
        })
      ).body;
      await theirs.labels.create({ prediction_id: id, label: 'y', source: 'system' });
      await theirs.votes.create(id, { correct: true });
      await theirs.metricEvents.create({ type: 't', data: {}, external_id: 'e' });
      await admin.as(tenant.admin_key).trainingSets.create({});
      await theirs.feedback.create({
        session_id: 's',
        category: 'bug',
        description: slug,
        url: 'https://a.example',
        timestamp: 'now',
        screenshot: dataUrl(await plain(30, 20)),
      });
      return tenant.id;
    }
    beforeAll(async () => {
      erasedId = await plant('gone');
      await plant('stays');
      await until(() => Promise.resolve(screenshots().length > 0));
    });

    // S4-F3 S2-18
    it('removes everything of the tenant, and nothing of others', async () => {
      expect(await tablesWith(database, erasedId)).toEqual(
        expect.arrayContaining(['predictions', 'api_keys', 'training_sets', 'metric_events', 'tenants']),
      );
      const erased = await admin.tenants.erase(erasedId);
      expect(erased).toMatchObject({
        status: 200,
        body: {
          subject_hash: '*',
          removed: {
            predictions: 1,
            metric_events: 1,
            prediction_labels: 1,
            prediction_votes: 1,
            feedback_submissions: 1,
            training_sets: 1,
          },
        },
      });
      expect(await tablesWith(database, erasedId)).toEqual(REMAINING);
      expect(screenshots()).toEqual([]);
      expect((await admin.tenants.erase(erasedId)).body).toEqual(erased.body);

      const entries = (await admin.audit()).body.data.filter(({ target }) => target === erasedId);
      expect(entries.map(({ action }) => action)).toEqual(['tenant.erase', 'tenant.create']);
      const { stdout } = await command('rollups', 'check', '--json');
      expect(JSON.parse(stdout)).toMatchObject({ differences: [] });
      const slugs = (await admin.tenants.list()).body.data.map(({ slug }) => slug);
      expect(slugs.sort()).toEqual(['default', 'stays']);
    });

    it('is refused for the first tenant, for an unknown one, and by the command without a confirmation', async () => {
      expect(await admin.tenants.erase(DEFAULT_TENANT)).toMatchObject({ status: 409 });
      expect(await admin.tenants.erase(UNKNOWN_TENANT)).toMatchObject({ status: 404 });
      expect(await command('tenants', 'erase', 'stays')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('Nothing was erased') as string,
      });
    });

    it('is repeated from the ledger after an older backup was restored', async () => {
      const now = dialect === 'sqlite' ? String(Date.now()) : 'now()';
      await database.query(
        `INSERT INTO tenants (id, slug, name, created_at) VALUES ('${erasedId}', 'gone', 'gone', ${now})`,
      );
      await database.query('DELETE FROM erasures');
      expect(readFileSync(join(database.folder, 'erasures.jsonl'), 'utf8')).toContain(erasedId);
      const { stdout } = await command('erase', '--reapply', '--json');
      expect(JSON.parse(stdout)).toEqual({ erased: 1 });
      expect(await tablesWith(database, erasedId)).toEqual(REMAINING);
    });

    it('is possible by command, too', async () => {
      const erased = await command('tenants', 'erase', 'stays', '--yes', '--json');
      expect(erased).toMatchObject({ code: 0 });
      expect(JSON.parse(erased.stdout)).toMatchObject({ removed: { predictions: 1 } });
    });
  },
  { settings: { FL_BLOB_STORE: 'directory', FL_RETENTION_ENABLED: 'false' } },
);

import { configurationPage, describeDatabase, loadConfig } from '#config';
import { acceptLegacySettings } from './setting-aliases.js';

const uri = (host: string): string => `postgresql://${host}/db`;
const used = (environment: Record<string, string>): string => describeDatabase(loadConfig(environment).database.target);

describe('settings of legacy systems', () => {
  beforeAll(acceptLegacySettings);

  it('S3-18 S4-21 name the database, after FL_DB_URI', () => {
    expect(used({ FEEDBACK_DATABASE_URL: uri('a'), DATABASE_URL: uri('b') })).toContain(' a:');
    expect(used({ DATABASE_URL: uri('b') })).toContain(' b:');
    expect(used({ DATABASE_URL: uri('b'), FL_DB_URI: uri('c') })).toContain(' c:');
  });

  it('are listed beside the variable that has replaced them', () => {
    expect(configurationPage()).toContain('Also read from `FEEDBACK_DATABASE_URL`, `DATABASE_URL`.');
  });
});

import { configurationPage, describeDatabase, loadConfig } from '#config';
import { acceptLegacySettings } from './setting-aliases.js';

const uri = (host: string): string => `postgresql://${host}/db`;
const used = (environment: Record<string, string>): string => describeDatabase(loadConfig(environment).database.target);

describe('setting names of legacy systems', () => {
  beforeAll(acceptLegacySettings);

  // S3-18, S4-21
  it('select the database unless FL_DB_URI is set', () => {
    expect(used({ FEEDBACK_DATABASE_URL: uri('a'), DATABASE_URL: uri('b') })).toContain(' a:');
    expect(used({ DATABASE_URL: uri('b') })).toContain(' b:');
    expect(used({ DATABASE_URL: uri('b'), FL_DB_URI: uri('c') })).toContain(' c:');
  });

  it('are documented beside the variable that replaces them', () => {
    expect(configurationPage()).toContain('Also read from `FEEDBACK_DATABASE_URL`, `DATABASE_URL`.');
  });
});

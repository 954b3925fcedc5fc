import type { MigrationInterface, QueryRunner } from 'typeorm';
import { typesOf, type TypesMap } from '../support/types.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const KEY = '"tenant_id", "start", "model", "model_version", "label", "cache_hit", "source"';
const SUMS = ['predictions', 'confidence_count', 'confidence_sum', 'latency_count', 'latency_sum'];
const TABLES = ['prediction_rollup_hours', 'prediction_rollup_days', 'prediction_rollup_retired'];

/** `pending` holds `bucket:count `, repeated. */
const MERGE_HISTOGRAMS = `CREATE FUNCTION merge_histograms(old jsonb, pending text) RETURNS jsonb
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT old || COALESCE((SELECT jsonb_object_agg(bucket, COALESCE((old->>bucket)::bigint, 0) + n) FROM (
      SELECT split_part(part, ':', 1) AS bucket, SUM(split_part(part, ':', 2)::bigint) AS n
      FROM unnest(string_to_array(rtrim(pending), ' ')) AS part GROUP BY 1) added), '{}')
  $$`;
const ADD_HISTOGRAMS = `CREATE FUNCTION add_histograms(old jsonb, added jsonb) RETURNS jsonb
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT old || COALESCE(
      (SELECT jsonb_object_agg(key, COALESCE((old->>key)::bigint, 0) + value::bigint) FROM jsonb_each_text(added)), '{}')
  $$`;

const SUM_HISTOGRAMS =
  "CREATE AGGREGATE sum_histograms(jsonb) (SFUNC = add_histograms, STYPE = jsonb, INITCOND = '{}', PARALLEL = SAFE)";

/** Sums over predictions by hour and by day, including predictions that were recorded before this migration. */
export class CreatePredictionRollups1764000000010 implements MigrationInterface {
  name = 'CreatePredictionRollups1764000000010';

  async up(queryRunner: QueryRunner): Promise<void> {
    const t = typesOf(queryRunner);
    for (const table of TABLES) await queryRunner.query(tableStatement(table, t));
    // On SQLite every connection of the product defines these functions.
    if (t.dialect === 'postgresql')
      for (const statement of [MERGE_HISTOGRAMS, ADD_HISTOGRAMS, SUM_HISTOGRAMS]) await queryRunner.query(statement);
    for (const table of TABLES.slice(0, 2))
      await queryRunner.query(`CREATE INDEX "idx_${table}_unfolded" ON "${table}" ("start") WHERE writer <> ''`);
    await queryRunner.query(rollUp('prediction_rollup_hours', HOUR_MS, t));
    await queryRunner.query(rollUp('prediction_rollup_days', DAY_MS, t));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of [...TABLES].reverse()) await queryRunner.query(`DROP TABLE "${table}"`);
    if (typesOf(queryRunner).dialect === 'sqlite') return;
    await queryRunner.query('DROP AGGREGATE sum_histograms(jsonb)');
    await queryRunner.query('DROP FUNCTION add_histograms(jsonb, jsonb)');
    await queryRunner.query('DROP FUNCTION merge_histograms(jsonb, text)');
  }
}

function tableStatement(table: string, t: TypesMap): string {
  const count = t.dialect === 'sqlite' ? 'integer' : 'bigint';
  const sum = t.dialect === 'sqlite' ? 'integer' : 'numeric(38,0)';
  return `CREATE TABLE "${table}" (
    "tenant_id" ${t.uuid} NOT NULL,
    "start" ${t.time} NOT NULL,
    "model" ${t.string(100)} NOT NULL,
    "model_version" ${t.string(100)} NOT NULL,
    "label" ${t.string(64)} NOT NULL,
    "cache_hit" ${t.boolean} NOT NULL,
    "source" ${t.string(16)} NOT NULL,
    "writer" ${t.string(32)} NOT NULL,
    "predictions" ${count} NOT NULL,
    "confidence_count" ${count} NOT NULL,
    "confidence_sum" ${sum} NOT NULL,
    "latency_count" ${count} NOT NULL,
    "latency_sum" ${sum} NOT NULL,
    "latency_max" ${t.double},
    "earliest" ${t.time},
    "latest" ${t.time},
    "confidence_histogram" ${t.json} NOT NULL,
    "confidence_histogram_pending" ${t.text} NOT NULL DEFAULT '',
    "latency_histogram" ${t.json} NOT NULL,
    "latency_histogram_pending" ${t.text} NOT NULL DEFAULT '',
    CONSTRAINT "pk_${table}" PRIMARY KEY (${KEY}, "writer")
  )`;
}

/** Returns the statement that sums the existing predictions. */
function rollUp(table: string, bucketMs: number, { dialect }: TypesMap): string {
  const sqlite = dialect === 'sqlite';
  const integer = sqlite ? 'INTEGER' : 'bigint';
  const start = sqlite
    ? `("timestamp" / ${bucketMs} * ${bucketMs})`
    : `to_timestamp(FLOOR(EXTRACT(EPOCH FROM "timestamp") * 1000 / ${bucketMs}) * ${bucketMs / 1000})`;
  const micros = (column: string): string => `CAST(FLOOR(${column} * 1000000 + 0.5) AS ${integer})`;
  const object = sqlite ? 'json_group_object' : 'jsonb_object_agg';
  const text = (expression: string): string => `CAST(${expression} AS ${sqlite ? 'TEXT' : 'text'})`;
  const empty = sqlite ? "'{}'" : "'{}'::jsonb";
  const whole = (expression: string): string => text(`CAST(FLOOR(${expression}) AS integer)`);
  const confidenceBucket = text(
    `CASE WHEN "confidence_score" >= 0.98 THEN 49 ELSE CAST(FLOOR("confidence_score" * 50) AS integer) END`,
  );
  const latencyBucket = `CASE WHEN "latency_ms" <= 0.000001 THEN 'small' ELSE ${whole(`LN("latency_ms") / ${Math.log(1.02)}`)} END`;
  const histogram = (column: string, bucket: string): string =>
    `SELECT ${KEY}, ${object}(bucket, n) AS histogram FROM ` +
    `(SELECT ${KEY}, ${bucket} AS bucket, COUNT(*) AS n FROM rows WHERE "${column}" IS NOT NULL GROUP BY ${KEY}, ${bucket}) b GROUP BY ${KEY}`;
  return `WITH rows AS (SELECT p.*, ${start} AS "start" FROM "predictions" p),
    sums AS (SELECT ${KEY}, COUNT(*) AS predictions,
      COUNT("confidence_score") AS confidence_count, COALESCE(SUM(${micros('"confidence_score"')}), 0) AS confidence_sum,
      COUNT("latency_ms") AS latency_count, COALESCE(SUM(${micros('"latency_ms"')}), 0) AS latency_sum,
      MAX("latency_ms") AS latency_max, MIN("timestamp") AS earliest, MAX("timestamp") AS latest FROM rows GROUP BY ${KEY}),
    confidences AS (${histogram('confidence_score', confidenceBucket)}),
    latencies AS (${histogram('latency_ms', latencyBucket)})
    INSERT INTO "${table}" (${KEY}, "writer", ${SUMS.join(', ')}, latency_max, earliest, latest, confidence_histogram, latency_histogram)
    SELECT ${KEY}, '', ${SUMS.join(', ')}, latency_max, earliest, latest,
      COALESCE(c.histogram, ${empty}), COALESCE(l.histogram, ${empty})
    FROM sums LEFT JOIN confidences c USING (${KEY}) LEFT JOIN latencies l USING (${KEY})`;
}

import type { DialectName } from '#persistence';

/** Condition for webhook deliveries about one record; `marks` are the placeholders of ids. */
export function deliveryNames(marks: string): string {
  return `(data ->> 'id' IN (${marks}) OR data ->> 'prediction_id' IN (${marks}))`;
}

/** Condition for webhook deliveries that report a batch of records with one of these ids. */
export function batchNames(dialect: DialectName, marks: string): string {
  return dialect === 'sqlite'
    ? `EXISTS (SELECT 1 FROM json_each(data, '$.prediction_ids') WHERE value IN (${marks}))`
    : `data -> 'prediction_ids' ?| ARRAY[${marks}]::text[]`;
}

/** Expression for the data of a batch without these ids. Its count stays, because it says how many were recorded. */
export function shortenedBatch(dialect: DialectName, marks: string): string {
  return dialect === 'sqlite'
    ? `json_set(data, '$.prediction_ids', json((SELECT json_group_array(value) FROM json_each(data, '$.prediction_ids') WHERE value NOT IN (${marks}))))`
    : `jsonb_set(data, '{prediction_ids}', (SELECT COALESCE(jsonb_agg(each.id), '[]'::jsonb) FROM jsonb_array_elements_text(data -> 'prediction_ids') AS each (id) WHERE each.id NOT IN (${marks})))`;
}

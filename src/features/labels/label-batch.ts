import { formatTime } from '#kernel';
import type { BulkRow, EventBatchDeclaration } from '#persistence';

/** Maximum number of predictions that one batch names. */
const MAX_PREDICTIONS = 1000;

/** Data of the event `label.batch`. */
interface LabelBatch extends Record<string, unknown> {
  /** Number of labels. It is larger than the number of ids if predictions have several labels or are not known yet. */
  count: number;
  prediction_ids: string[];
  source: string;
  first_recorded_at: string;
  last_recorded_at: string;
}

/** The event that reports many labels at once. Each batch has one source and names at most 1000 predictions. */
export const LABEL_BATCHES: EventBatchDeclaration = {
  type: 'label.batch',
  payloads: (rows) => fold(rows.map(ofLabel)),
  fold: (payloads) => fold(payloads as LabelBatch[]),
};

function ofLabel({ prediction_id, recorded_at, source }: BulkRow): LabelBatch {
  const time = formatTime(Number(recorded_at));
  return {
    count: 1,
    prediction_ids: prediction_id == null ? [] : [String(prediction_id)],
    source: String(source),
    first_recorded_at: time,
    last_recorded_at: time,
  };
}

/** Joins batches of the same source as long as they fit into one. */
function fold(batches: readonly LabelBatch[]): LabelBatch[] {
  const folded: LabelBatch[] = [];
  const current = new Map<string, { batch: LabelBatch; ids: Set<string> }>();
  for (const next of batches) {
    const open = current.get(next.source);
    const added = open ? next.prediction_ids.filter((id) => !open.ids.has(id)) : [];
    if (!open || open.ids.size + added.length > MAX_PREDICTIONS) {
      const batch = { ...next, prediction_ids: [...next.prediction_ids] };
      current.set(next.source, { batch, ids: new Set(batch.prediction_ids) });
      folded.push(batch);
      continue;
    }
    const { batch, ids } = open;
    batch.count += next.count;
    for (const id of added) ids.add(id);
    batch.prediction_ids.push(...added);
    // Times of one format sort as text.
    if (next.first_recorded_at < batch.first_recorded_at) batch.first_recorded_at = next.first_recorded_at;
    if (next.last_recorded_at > batch.last_recorded_at) batch.last_recorded_at = next.last_recorded_at;
  }
  return folded;
}

// Writes the Grafana dashboard from the list below, so that a panel is a line of code and not a page of JSON. `--check`
// compares the file instead of writing it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = join(import.meta.dirname, '..', 'docker', 'grafana', 'dashboards', 'feedback-loop.json');
const I = 'instance=~"$instance"';
const quantile = (q, name, by = 'le', where = '') =>
  `histogram_quantile(${q}, sum by (${by}) (rate(${name}_bucket{${I}${where}}[$__rate_interval])))`;

/** [row, panels: [title, unit, [expression, legend] …]] */
const ROWS = [
  [
    'Overview',
    [
      ['Servers up', 'short', ['sum(up{job="feedback-loop"})', 'up']],
      [
        'Database reachable',
        'short',
        [`min(feedback_loop_db_up{${I}})`, 'feedback_loop_db_up'],
        [`max(feedback_loop_db_breaker_state{${I}})`, 'breaker'],
      ],
      [
        'Records waiting in spools',
        'short',
        [`sum(feedback_loop_spool_rows{${I}})`, 'rows'],
        [`max(feedback_loop_spool_oldest_seconds{${I}})`, 'age of the oldest, seconds'],
      ],
      [
        'Unrecorded predictions, dead letters',
        'short',
        [`sum(increase(feedback_loop_predictions_unrecorded_total{${I}}[$__rate_interval]))`, 'unrecorded'],
        [`sum(feedback_loop_spool_dead_letter_rows{${I}})`, 'dead letters'],
      ],
    ],
  ],
  [
    'Requests',
    [
      [
        'Requests by status',
        'reqps',
        [
          `sum by (status) (rate(feedback_loop_http_request_duration_seconds_count{${I}}[$__rate_interval]))`,
          '{{status}}',
        ],
      ],
      [
        'Share of failed requests',
        'percentunit',
        [
          `sum(rate(feedback_loop_http_request_duration_seconds_count{${I},status=~"5.."}[$__rate_interval])) / sum(rate(feedback_loop_http_request_duration_seconds_count{${I}}[$__rate_interval]))`,
          '5xx',
        ],
      ],
      [
        'Prediction latency',
        's',
        [
          quantile(0.5, 'feedback_loop_http_request_duration_seconds', 'le', ',route=~"/api/v1/predict|/predict"'),
          'p50',
        ],
        [
          quantile(0.95, 'feedback_loop_http_request_duration_seconds', 'le', ',route=~"/api/v1/predict|/predict"'),
          'p95',
        ],
        [
          quantile(0.99, 'feedback_loop_http_request_duration_seconds', 'le', ',route=~"/api/v1/predict|/predict"'),
          'p99',
        ],
      ],
      [
        'Slowest routes, p95',
        's',
        [`topk(5, ${quantile(0.95, 'feedback_loop_http_request_duration_seconds', 'le, route')})`, '{{route}}'],
      ],
      [
        'Rate-limited requests',
        'reqps',
        [`sum by (by) (rate(feedback_loop_rate_limited_total{${I}}[$__rate_interval]))`, '{{by}}'],
      ],
    ],
  ],
  [
    'Recording',
    [
      [
        'Records by destination',
        'ops',
        [
          `sum by (persisted) (rate(feedback_loop_predictions_total{${I}}[$__rate_interval]))`,
          'predictions: {{persisted}}',
        ],
      ],
      ['Time until durable, p95', 's', [quantile(0.95, 'feedback_loop_ack_seconds', 'le, path'), '{{path}}']],
      ['Rows per commit, median', 'short', [quantile(0.5, 'feedback_loop_group_commit_rows'), 'rows']],
      ['Rows waiting for a commit', 'short', [`sum(feedback_loop_ingest_waiting_rows{${I}})`, 'rows']],
      [
        'Failed commits',
        'ops',
        [`sum by (reason) (rate(feedback_loop_group_commit_failures_total{${I}}[$__rate_interval]))`, '{{reason}}'],
      ],
      [
        'Votes, labels, feedback',
        'ops',
        [`sum(rate(feedback_loop_votes_total{${I}}[$__rate_interval]))`, 'votes'],
        [`sum(rate(feedback_loop_labels_total{${I}}[$__rate_interval]))`, 'labels'],
        [`sum(rate(feedback_loop_feedback_total{${I}}[$__rate_interval]))`, 'feedback'],
      ],
    ],
  ],
  [
    'Model and cache',
    [
      ['Model latency', 's', [quantile(0.95, 'feedback_loop_model_seconds', 'le, model'), 'p95 {{model}}']],
      [
        'Cache hits',
        'percentunit',
        [
          `sum by (cache) (rate(feedback_loop_cache_lookups_total{${I},result="hit"}[$__rate_interval])) / sum by (cache) (rate(feedback_loop_cache_lookups_total{${I}}[$__rate_interval]))`,
          '{{cache}}',
        ],
      ],
    ],
  ],
  [
    'Database',
    [
      ['Query time, p95', 's', [quantile(0.95, 'feedback_loop_db_query_seconds', 'le, pool'), '{{pool}}']],
      [
        'Connections',
        'short',
        [`sum by (pool) (feedback_loop_pool_connections{${I}})`, '{{pool}}'],
        [`sum by (pool) (feedback_loop_pool_waiting{${I}})`, '{{pool}} waiting'],
      ],
      [
        'Database size',
        'bytes',
        [`max(feedback_loop_db_size_bytes{${I}})`, 'database'],
        [`max by (table) (feedback_loop_table_bytes{${I}})`, '{{table}}'],
      ],
      ['Table size in 30 days', 'bytes', [`max by (table) (feedback_loop_table_bytes_in_30_days{${I}})`, '{{table}}']],
      ['Replica lag', 's', [`max by (replica) (feedback_loop_replica_lag_seconds{${I}})`, '{{replica}}']],
    ],
  ],
  [
    'Process',
    [
      ['CPU', 'percentunit', [`rate(process_cpu_seconds_total{${I}}[$__rate_interval])`, '{{instance}}']],
      ['Memory', 'bytes', [`process_resident_memory_bytes{${I}}`, '{{instance}}']],
      ['Clock offset', 's', [`feedback_loop_clock_offset_seconds{${I}}`, '{{instance}}']],
      ['Event loop lag, p99', 's', [`nodejs_eventloop_lag_p99_seconds{${I}}`, '{{instance}}']],
      [
        'Webhooks',
        'ops',
        [`sum by (result) (rate(feedback_loop_webhook_attempts_total{${I}}[$__rate_interval]))`, '{{result}}'],
      ],
      [
        'Webhook delay, p95',
        's',
        [
          `histogram_quantile(0.95, sum by (le, event) (rate(feedback_loop_webhook_delay_seconds_bucket{${I}}[$__rate_interval])))`,
          '{{event}}',
        ],
      ],
      [
        'Failing background jobs',
        'short',
        [`feedback_loop_background_job_consecutive_failures{${I}} > 0`, '{{job}} on {{instance}}'],
      ],
      ['Version', 'short', [`sum by (version) (feedback_loop_build_info{${I}})`, '{{version}}']],
    ],
  ],
];

const datasource = { type: 'prometheus', uid: 'prometheus' };
const panels = [];
let y = 0;
for (const [title, list] of ROWS) {
  panels.push({
    id: panels.length + 1,
    type: 'row',
    title,
    collapsed: false,
    gridPos: { x: 0, y, w: 24, h: 1 },
    panels: [],
  });
  y += 1;
  for (const [i, [name, unit, ...targets]] of list.entries()) {
    const column = i % 3;
    if (i > 0 && column === 0) y += 7;
    panels.push({
      id: panels.length + 1,
      type: 'timeseries',
      title: name,
      datasource,
      gridPos: { x: column * 8, y, w: 8, h: 7 },
      fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
      options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
      targets: targets.map(([expr, legendFormat], n) => ({ refId: 'ABCDEF'[n], datasource, expr, legendFormat })),
    });
  }
  y += 7;
}
const dashboard = {
  uid: 'feedback-loop',
  title: 'feedback-loop',
  tags: ['feedback-loop'],
  timezone: 'utc',
  schemaVersion: 39,
  version: 1,
  refresh: '30s',
  time: { from: 'now-6h', to: 'now' },
  templating: {
    list: [
      {
        name: 'instance',
        type: 'query',
        datasource,
        query: 'label_values(feedback_loop_build_info, instance)',
        refresh: 2,
        multi: true,
        includeAll: true,
        current: { text: 'All', value: '$__all' },
      },
    ],
  },
  annotations: {
    list: [
      {
        name: 'Starts',
        datasource,
        enable: true,
        iconColor: 'blue',
        expr: 'changes(process_start_time_seconds[1m]) > 0',
      },
    ],
  },
  panels,
};
const text = `${JSON.stringify(dashboard, null, 2)}\n`;
if (!process.argv.includes('--check')) writeFileSync(FILE, text);
else if (readFileSync(FILE, 'utf8') !== text) {
  console.error(`${FILE} is out of date: run npm run dashboards`);
  process.exitCode = 1;
}

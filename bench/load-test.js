// Load test for k6 (docs/operations/load-test.md):
//   k6 run -e URL=http://127.0.0.1:8000 -e KEY=… bench/load-test.js
import http from 'k6/http';
import { check } from 'k6';

const URL = __ENV.URL || 'http://127.0.0.1:8000';
const RATE = Number(__ENV.RATE || 1000);
const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${__ENV.KEY}` };

export const options = {
  scenarios: {
    predict: {
      executor: 'ramping-arrival-rate',
      exec: 'predict',
      startRate: RATE / 10,
      timeUnit: '1s',
      preAllocatedVUs: 200,
      maxVUs: 2000,
      stages: [
        { duration: '30s', target: RATE * 0.9 },
        { duration: '2m', target: RATE * 0.9 },
        { duration: '10s', target: 0 },
      ],
    },
    votes: {
      executor: 'constant-arrival-rate',
      exec: 'vote',
      rate: Math.ceil(RATE * 0.08),
      timeUnit: '1s',
      duration: '2m30s',
      preAllocatedVUs: 50,
    },
    analytics: {
      executor: 'constant-arrival-rate',
      exec: 'analytics',
      rate: Math.ceil(RATE * 0.02),
      timeUnit: '1s',
      duration: '2m30s',
      preAllocatedVUs: 20,
    },
  },
  thresholds: {
    http_req_failed: ['rate==0'],
    http_req_duration: ['p(95)<200'],
    checks: ['rate==1'],
  },
};

const WORDS = ['fast', 'slow', 'lovely', 'broken', 'fine', 'search', 'page', 'the', 'not', 'very', 'report', 'works'];
const text = () => Array.from({ length: 8 }, () => WORDS[Math.floor(Math.random() * WORDS.length)]).join(' ');
const ask = () =>
  http.post(`${URL}/api/v1/predict`, JSON.stringify({ text: text() }), { headers, tags: { name: 'predict' } });

export function predict() {
  check(ask(), {
    'recorded in the database': (answer) => answer.status === 200 && answer.json('persisted') === 'database',
  });
}

export function vote() {
  const id = ask().json('id');
  const answer = http.put(
    `${URL}/api/v1/predictions/${id}/feedback`,
    JSON.stringify({ correct: Math.random() < 0.9 }),
    {
      headers,
      tags: { name: 'vote' },
    },
  );
  check(answer, { 'vote recorded': ({ status }) => status === 201 || status === 200 });
}

export function analytics() {
  check(http.get(`${URL}/api/v1/analytics/summary`, { headers, tags: { name: 'summary' } }), {
    'summary returned': ({ status }) => status === 200,
  });
}

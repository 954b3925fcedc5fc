// Sample records of a ticket classifier: what scripts/seed.mjs sends. Everything follows from the date and a number, so that a second run sends
// the same records with the same ids and stores nothing twice.
import { createHash } from 'node:crypto';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

const CLASSES = {
  billing: ['I was charged twice for {n}.', 'Where is the invoice of {n}?', 'Please refund order {n}.'],
  bug: ['Page {n} stays blank after I sign in.', 'Export {n} ends with an error.', 'The chart of {n} shows nothing.'],
  'how-to': ['How do I share report {n}?', 'Can I rename project {n}?', 'Where do I change the time zone of {n}?'],
  other: ['Thank you for {n}!', 'Is somebody there? {n}', 'About our call on {n}: nothing new.'],
};
const LABELS = Object.keys(CLASSES);
/** At the weekend people have other questions. */
const SHARES = { weekday: [0.35, 0.25, 0.25, 0.15], weekend: [0.15, 0.3, 0.4, 0.15] };
/** The share of predictions and of right answers of each version: the new one is a canary, and better. */
const VERSIONS = [
  { version: '6', share: 0.7, right: 0.78, latencyMs: 18 },
  { version: '7', share: 1, right: 0.88, latencyMs: 31 },
];
const FEEDBACK = [
  ['bug', 'The ticket list jumps to the top when I open one.'],
  ['idea', 'Let me sort tickets by confidence.'],
  ['praise', 'Most tickets are in the right queue now.'],
  ['bug', 'Wrong queue again for an invoice question.'],
  ['question', 'Who sees what I write here?'],
];

/** A number in [0, 1) for each name, the same at every run. */
const chance = (name) => createHash('sha256').update(name).digest().readUInt32BE(0) / 2 ** 32;
const pick = (list, name) => list[Math.floor(chance(name) * list.length)];
const round = (value) => Math.round(value * 10_000) / 10_000;

/** A UUID v7 of `time` whose other bits follow from `name`. */
function uuid(time, name) {
  const hex = createHash('sha256').update(name).digest('hex');
  const stamp = time.toString(16).padStart(12, '0');
  return `${stamp.slice(0, 8)}-${stamp.slice(8)}-7${hex.slice(0, 3)}-8${hex.slice(3, 6)}-${hex.slice(6, 18)}`;
}

function byShare(shares, name) {
  let rest = chance(name);
  return Math.max(
    0,
    shares.findIndex((share) => (rest -= share) < 0),
  );
}

/** One probability for each class, the sum 1 and the largest at `label`. */
function scoresFor(label, confidence, name) {
  const others = LABELS.filter((each) => each !== label);
  const weights = others.map((other) => 0.2 + chance(`${name} ${other}`));
  const sum = weights.reduce((a, b) => a + b);
  const scores = { [label]: confidence };
  others.forEach((other, i) => (scores[other] = round(((1 - confidence) * weights[i]) / sum)));
  const last = others.at(-1);
  scores[last] = round(scores[last] + 1 - Object.values(scores).reduce((a, b) => a + b));
  return scores;
}

function ticket(day, index) {
  const name = `${day} ${index}`;
  // Most arrive in working hours.
  const hour = 7 + (chance(`${name} a`) + chance(`${name} b`) + chance(`${name} c`)) * 4;
  const time = day + Math.floor(hour * HOUR_MS);
  const weekend = [0, 6].includes(new Date(day).getUTCDay());
  const truth = LABELS[byShare(SHARES[weekend ? 'weekend' : 'weekday'], `${name} truth`)];
  const { version, right, latencyMs } = VERSIONS.find(({ share }) => chance(`${name} version`) < share);
  const isRight = chance(`${name} right`) < right;
  const label = isRight
    ? truth
    : pick(
        LABELS.filter((each) => each !== truth),
        `${name} wrong`,
      );
  const confidence = round(isRight ? 0.6 + chance(`${name} sure`) * 0.39 : 0.5 + chance(`${name} sure`) * 0.35);
  const user = `sample-user-${Math.floor(chance(`${name} user`) * 25)}`;
  return { name, time, truth, version, label, isRight, confidence, user, latencyMs };
}

function describePrediction({ name, time, truth, version, label, confidence, user, latencyMs }) {
  return {
    id: uuid(time, name),
    timestamp: new Date(time).toISOString(),
    model: 'ticket-router',
    model_version: version,
    label,
    confidence,
    scores: scoresFor(label, confidence, name),
    latency_ms: round(latencyMs * (0.6 + chance(`${name} latency`) ** 4 * 6)),
    input_text: pick(CLASSES[truth], `${name} text`).replace(
      '{n}',
      `A-${Math.floor(chance(`${name} n`) * 9000) + 1000}`,
    ),
    inference_id: `sample-${name.replace(' ', '-')}`,
    user_id: user,
    session_id: `${user}-${time - (time % DAY_MS)}`,
    metadata: { sample: true },
  };
}

function describeLabel({ name, time, truth }, now) {
  const source = chance(`${name} source`) < 0.85 ? 'system' : 'review';
  const at = Math.min(now, time + Math.floor(chance(`${name} delay`) * 8 * HOUR_MS));
  return {
    id: uuid(time, `${name} label`),
    prediction_id: uuid(time, name),
    label: truth,
    source,
    timestamp: new Date(at).toISOString(),
    ...(source === 'review' ? { labeller: 'sample-reviewer' } : {}),
  };
}

function describeVote({ name, time, truth, isRight, user }) {
  const better = !isRight && chance(`${name} better`) < 0.5;
  return {
    prediction: uuid(time, name),
    body: {
      correct: isRight,
      rating: (isRight ? 4 : 1) + Math.round(chance(`${name} rating`)),
      user_id: user,
      ...(better ? { label: truth, comment: 'It belongs in the other queue.' } : {}),
    },
  };
}

function describeFeedback(day, index) {
  const name = `${day} feedback ${index}`;
  const [category, description] = pick(FEEDBACK, name);
  return {
    session_id: `sample-${day}-${index}`,
    category,
    description,
    url: 'https://app.example.com/tickets',
    timestamp: new Date(day + 10 * HOUR_MS + index * HOUR_MS).toISOString(),
    browser: pick(['Firefox 140', 'Chrome 141', 'Safari 26'], `${name} browser`),
    user_id: `sample-user-${Math.floor(chance(`${name} user`) * 25)}`,
  };
}

function describeEvent(day, index) {
  const name = `${day} event ${index}`;
  const type = pick(['page_view', 'page_view', 'search', 'ticket_closed'], name);
  const data = {
    page_view: { page: pick(['/tickets', '/reports', '/settings'], `${name} page`) },
    search: { query: pick(['invoice', 'export', 'refund'], `${name} query`), hits: Math.floor(chance(name) * 20) },
    ticket_closed: { minutes: Math.floor(5 + chance(`${name} minutes`) * 240) },
  }[type];
  return {
    type,
    data,
    external_id: `sample-${name.replaceAll(' ', '-')}`,
    user_id: `sample-user-${Math.floor(chance(`${name} user`) * 25)}`,
    timestamp: new Date(day + Math.floor((8 + chance(`${name} hour`) * 10) * HOUR_MS)).toISOString(),
  };
}

const numbersTo = (count) => Array.from({ length: count }, (_, i) => i);

/** The records of the `days` days before `now`. */
export function sampleRecords({ days, perDay, now }) {
  const today = now - (now % DAY_MS);
  const all = numbersTo(days).map((i) => today - (days - 1 - i) * DAY_MS);
  const past = ({ timestamp }) => Date.parse(timestamp) <= now;
  const tickets = all
    .flatMap((day) => numbersTo(perDay).map((index) => ticket(day, index)))
    .filter(({ time }) => time <= now);
  return {
    predictions: tickets.map(describePrediction),
    labels: tickets.filter(({ name }) => chance(`${name} labelled`) < 0.6).map((each) => describeLabel(each, now)),
    votes: tickets.filter(({ name }) => chance(`${name} voted`) < 0.15).map(describeVote),
    feedback: all.flatMap((day) => numbersTo(2).map((index) => describeFeedback(day, index))).filter(past),
    events: all.flatMap((day) => numbersTo(20).map((index) => describeEvent(day, index))).filter(past),
  };
}

import { LEGACY_TAG } from '#http';

/** The groups of operations, in the order in which they are shown. */
export const TAGS: [name: string, description: string][] = [
  ['Predictions', 'Predict texts with the served models, log predictions made elsewhere, and read both.'],
  ['Votes and labels', 'Record opinions of users and ground truth about predictions.'],
  ['Feedback', 'Collect, triage and export feedback with screenshots.'],
  ['Metric events', 'Record and query custom metric events.'],
  ['Analytics', 'Read statistics of predictions; no response contains an input text.'],
  ['Exports', 'Download records as files.'],
  ['Data subjects', 'Export and erase everything that is stored about a user.'],
  ['Training sets', 'Freeze labelled texts for training.'],
  ['Models', 'List the models that are served or were served.'],
  ['Webhooks', 'Send events to other systems.'],
  ['Administration', 'Manage API keys, tenants and retention, and read the audit log.'],
  ['Users', 'Manage users, their passwords and their sessions.'],
  ['Operations', 'Probe and monitor the server.'],
  [LEGACY_TAG, 'Keep clients of the legacy systems working; new clients use /api/v1.'],
];

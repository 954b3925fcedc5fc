import { AccountSettings } from './settings/accounts.settings.js';
import { CacheSettings } from './settings/cache.settings.js';
import { DatabaseSettings } from './settings/database.settings.js';
import { FeedbackSettings } from './settings/feedback.settings.js';
import { LimitSettings } from './settings/limits.settings.js';
import { LoggingSettings } from './settings/logging.settings.js';
import { MailSettings } from './settings/mail.settings.js';
import { MetricEventSettings } from './settings/metric-events.settings.js';
import { ModelSettings } from './settings/models.settings.js';
import { ObservabilitySettings } from './settings/observability.settings.js';
import { RedisSettings } from './settings/redis.settings.js';
import { RetentionSettings } from './settings/retention.settings.js';
import { ScreenshotSettings } from './settings/screenshots.settings.js';
import { SecuritySettings } from './settings/security.settings.js';
import { ServerSettings } from './settings/server.settings.js';
import { SpoolSettings } from './settings/spool.settings.js';
import { WebhookSettings } from './settings/webhooks.settings.js';
import { Nested } from './variable.decorator.js';

export { PUBLIC_ROUTE_NAMES, type PublicRouteName } from './settings/security.settings.js';

/**
 * All settings of the product, with one class for each group. `.env.example` and `docs/configuration.md` are generated
 * from these classes. Instances come from `loadConfig` and are frozen.
 */
export class FeedbackLoopConfig {
  @Nested('Server', ServerSettings)
  server = new ServerSettings();

  @Nested('Logging', LoggingSettings)
  logging = new LoggingSettings();

  @Nested('Database', DatabaseSettings)
  database = new DatabaseSettings();

  @Nested('Spool', SpoolSettings)
  spool = new SpoolSettings();

  @Nested('Retention', RetentionSettings)
  retention = new RetentionSettings();

  @Nested('Security', SecuritySettings)
  security = new SecuritySettings();

  @Nested('User accounts', AccountSettings)
  accounts = new AccountSettings();

  @Nested('Mail', MailSettings)
  mail = new MailSettings();

  @Nested('Limits', LimitSettings)
  limits = new LimitSettings();

  @Nested('Redis', RedisSettings)
  redis = new RedisSettings();

  @Nested('Feedback', FeedbackSettings)
  feedback = new FeedbackSettings();

  @Nested('Screenshots', ScreenshotSettings)
  screenshots = new ScreenshotSettings();

  @Nested('Webhooks', WebhookSettings)
  webhooks = new WebhookSettings();

  @Nested('Metric events', MetricEventSettings)
  metricEvents = new MetricEventSettings();

  @Nested('Observability', ObservabilitySettings)
  observability = new ObservabilitySettings();

  @Nested('Cache', CacheSettings)
  cache = new CacheSettings();

  @Nested('Model', ModelSettings)
  models = new ModelSettings();
}

// Generated from docs/api/openapi-admin.json by scripts/api-types.mjs; do not edit.
export interface components {
    schemas: {
        ApiKey: {
            /** Format: uuid */
            id: string;
            /** @description The public part of the key, after `fl_…_`. */
            public_id: string;
            name: string;
            scopes: string[];
            publishable: boolean;
            allowed_origins: string[];
            rate_limit_per_minute: number | null;
            /** Format: date-time */
            created_at: string;
            created_by: string | null;
            /** Format: date-time */
            expires_at: string | null;
            /** Format: date-time */
            revoked_at: string | null;
            /**
             * Format: date-time
             * @description Precise to the minute.
             */
            last_used_at: string | null;
        };
        ApiKeyPage: {
            data: components["schemas"]["ApiKey"][];
            /** @description `cursor` of the next page; null on the last page. */
            next_cursor: string | null;
        };
        ApiKeyWithSecret: {
            /** Format: uuid */
            id: string;
            /** @description The public part of the key, after `fl_…_`. */
            public_id: string;
            name: string;
            scopes: string[];
            publishable: boolean;
            allowed_origins: string[];
            rate_limit_per_minute: number | null;
            /** Format: date-time */
            created_at: string;
            created_by: string | null;
            /** Format: date-time */
            expires_at: string | null;
            /** Format: date-time */
            revoked_at: string | null;
            /**
             * Format: date-time
             * @description Precise to the minute.
             */
            last_used_at: string | null;
            /** @description The secret. Only this response contains it. */
            key: string;
        };
        AuditEntry: {
            /** Format: uuid */
            id: string;
            /** Format: date-time */
            at: string;
            /** @description Id of the API key, `user:` and the id of the user, or `cli`. */
            actor: string;
            /** @example key.create */
            action: string;
            target: string;
            details: {
                [key: string]: unknown;
            } | null;
        };
        AuditEntryPage: {
            data: components["schemas"]["AuditEntry"][];
            /** @description `cursor` of the next page; null on the last page. */
            next_cursor: string | null;
        };
        CleanupResult: {
            success: boolean;
            data: {
                submissions_deleted: number;
                screenshots_deleted: number;
                /** Format: date-time */
                cutoff_date: string;
                retention_days: number;
                dry_run: boolean;
            };
        };
        /** @description Each component adds its own figures. */
        ComponentHealth: {
            /** @enum {string} */
            status: "up" | "down";
        } & {
            [key: string]: unknown;
        };
        /**
         * @example {
         *       "email": "ada@example.com",
         *       "password": "correct horse battery staple"
         *     }
         */
        Credentials: {
            /** @example ada@example.com */
            email: string;
            /** @description The user's password. */
            password: string;
            /** @description Slug of the tenant. Default: `default`. */
            tenant?: string;
        };
        DetailedHealth: {
            /** @enum {string} */
            status: "healthy" | "degraded" | "unhealthy" | "draining";
            version: string;
            uptime_seconds: number;
            /** @description By name. */
            components: {
                [key: string]: components["schemas"]["ComponentHealth"];
            };
        };
        ErasureCertificate: {
            /** Format: uuid */
            certificate_id: string;
            /** @description Identifies the subject only to this installation; `*` for a whole tenant. */
            subject_hash: string;
            /** Format: date-time */
            erased_at: string;
            /** @description Number of erased records by store. */
            removed: {
                [key: string]: number;
            };
            /**
             * Format: date-time
             * @description Seven days after the erasure.
             */
            backups_may_hold_until: string;
        };
        FeedbackChange: {
            /** @description Version after the change. */
            version: number;
            /** Format: date-time */
            changed_at: string;
            changed_by: string;
            /** @description Each changed field with its values before and after. */
            changes: {
                [key: string]: unknown[];
            };
        };
        FeedbackHistory: {
            /** @description Oldest first. */
            data: components["schemas"]["FeedbackChange"][];
        };
        FeedbackSubmission: {
            /** Format: uuid */
            id: string;
            session_id: string;
            category: string;
            description: string;
            url: string;
            /** @description Time on the client's clock. */
            timestamp: string;
            browser: string | null;
            os: string | null;
            screen_resolution: string | null;
            viewport_size: string | null;
            user_id: string | null;
            prediction_id: string | null;
            /** @description `linked`, `pending`, or `unverified` if the request had no key or token; unverified links are never counted. */
            link: string | null;
            has_screenshot: boolean;
            has_annotation: boolean;
            /** @description JSON as the client sent it. */
            annotation_coords: unknown;
            /** @description JSON as the client sent it. */
            api_state: unknown;
            /** @description True if no key of the server decrypts `api_state`; see FL_ENCRYPTION_KEY. */
            api_state_unreadable?: boolean;
            screenshots: components["schemas"]["Screenshot"][];
            /** Format: date-time */
            created_at: string;
            is_read: boolean;
            is_archived: boolean;
            admin_notes: string | null;
            /** @description Why the feedback is in quarantine: `honeypot`, `too_fast` or `near_duplicate`. */
            quarantine: string | null;
            /** @description Version of the feedback, as in `ETag`. */
            version: number;
            /** Format: date-time */
            deleted_at: string | null;
        };
        FeedbackSubmissionPage: {
            data: components["schemas"]["FeedbackSubmission"][];
            /** @description `cursor` of the next page; null on the last page. */
            next_cursor: string | null;
        };
        /**
         * @example {
         *       "is_read": true
         *     }
         */
        FeedbackTriage: {
            is_read?: boolean;
            is_archived?: boolean;
            admin_notes?: string | null;
            category?: string;
            /**
             * @description Releases the feedback from quarantine.
             * @enum {boolean}
             */
            quarantined?: false;
        };
        FieldError: {
            /** @description The field, such as `texts.3`. */
            path: string;
            /** @description Why it was refused. */
            message: string;
        };
        InvitedUser: {
            /** Format: uuid */
            id: string;
            email: string;
            name: string;
            /** @description `viewer`, `reviewer` or `admin`. */
            role: string;
            /** @description `invited` until the user chooses a password, `active`, or `disabled`. */
            state: string;
            /** Format: date-time */
            created_at: string;
            created_by: string;
            /** Format: date-time */
            last_login_at: string | null;
            /** @description Version of the user, as in `ETag`. */
            version: number;
            invitation: components["schemas"]["PasswordLink"] | null;
        };
        Metric: {
            /** @example feedback_loop_predictions_total */
            name: string;
            help: string;
            /** @enum {string} */
            type: "counter" | "gauge" | "histogram" | "summary";
            aggregator: string;
            values: {
                /** @description Null when it is not a number. */
                value: number | null;
                labels: {
                    [key: string]: string | number;
                };
                /** @description Name of the series, where a metric has several. */
                metricName?: string;
            }[];
        };
        MetricList: components["schemas"]["Metric"][];
        ModelChange: {
            /** @description Version that the change created. */
            version: number;
            /** Format: date-time */
            changed_at: string;
            changed_by: string;
            /** @description Each changed field with its values before and after. */
            changes: {
                [key: string]: unknown[];
            };
        };
        ModelHistory: {
            data: components["schemas"]["ModelChange"][];
        };
        /**
         * @example {
         *       "name": "Web shop",
         *       "scopes": [
         *         "predict",
         *         "read"
         *       ]
         *     }
         */
        NewApiKey: {
            /** @example Web shop */
            name: string;
            /**
             * @description Required, except for a publishable key: its only possible scope is `ingest`.
             * @example [
             *       "predict",
             *       "read"
             *     ]
             */
            scopes?: ("predict" | "ingest" | "read" | "read:text" | "review" | "admin" | "platform")[];
            /** Format: date-time */
            expires_at?: string | null;
            /** @description For public pages. The key may only send feedback and votes, and only from `allowed_origins`. */
            publishable?: boolean;
            /** @description Stored as browsers send them: lower case, without a default port and a final slash. */
            allowed_origins?: string[];
            rate_limit_per_minute?: number | null;
        };
        /**
         * @example {
         *       "slug": "team-b",
         *       "name": "Team B"
         *     }
         */
        NewTenant: {
            /**
             * @description Letters, digits and hyphens.
             * @example team-b
             */
            slug: string;
            /** @example Team B */
            name: string;
        };
        /**
         * @example {
         *       "name": "november",
         *       "splits": {
         *         "train": 0.8,
         *         "validation": 0.1,
         *         "test": 0.1
         *       }
         *     }
         */
        NewTrainingSet: {
            name?: string;
            /**
             * Format: date-time
             * @description Start of the range of predictions. Default: the first prediction.
             */
            from?: string | null;
            /**
             * Format: date-time
             * @description End of the range of predictions and of the times at which labels were recorded. Default: now.
             */
            to?: string | null;
            model?: string | null;
            model_version?: string | null;
            /** @description Sources of labels. Default: all except `vote`, because raters are not a random sample. */
            sources?: ("review" | "audit" | "system" | "import" | "vote")[];
            /** @description Shares of the subjects, which must sum to 1. Default: 0.8, 0.1, 0.1. */
            splits?: {
                train: number;
                validation: number;
                test: number;
            };
            /** @description A different seed distributes the subjects differently. */
            seed?: string;
        };
        /**
         * @example {
         *       "email": "ada@example.com",
         *       "name": "Ada",
         *       "role": "reviewer"
         *     }
         */
        NewUser: {
            /** @example ada@example.com */
            email: string;
            /** @example Ada */
            name?: string;
            /**
             * @example reviewer
             * @enum {string}
             */
            role: "viewer" | "reviewer" | "admin";
            /** @description 8 to 128 characters. Without it, the user is invited to choose one. */
            password?: string;
        };
        /**
         * @example {
         *       "url": "https://example.com/hook",
         *       "events": [
         *         "feedback.created"
         *       ]
         *     }
         */
        NewWebhook: {
            /** @description An https URL with a public address. FL_WEBHOOK_ALLOW permits others. */
            url: string;
            events: ("feedback.created" | "vote.created" | "label.created" | "label.batch" | "retention.completed" | "subject.erased")[];
            /** @description Signs the deliveries. Default: a random secret. */
            secret?: string;
        };
        PasswordChange: {
            /** @description The current password. */
            current_password: string;
            /** @description 8 to 128 characters. */
            new_password: string;
        };
        PasswordChoice: {
            /** @description The token from the link. */
            token: string;
            /** @description 8 to 128 characters. */
            password: string;
        };
        PasswordLink: {
            /** @description Opens the page on which the user chooses a password. Only this response contains it. */
            link: string;
            token: string;
            /** Format: date-time */
            expires_at: string;
            /** @description Whether the link is also mailed to the user. */
            mailed: boolean;
        };
        PasswordResetRequest: {
            /** @example ada@example.com */
            email: string;
            /** @description Slug of the tenant. Default: `default`. */
            tenant?: string;
        };
        /** @description RFC 9457 problem details. */
        Problem: {
            /** @description `urn:feedback-loop:problem:` and the code. */
            type: string;
            title: string;
            /** @description The HTTP status. */
            status: number;
            /** @description Text for people; it may change. */
            detail: string;
            /** @description Stable name of the error, for programs. */
            code: string;
            /** @description Finds the request in the log. */
            correlation_id: string;
            /** @description Every refused field. */
            errors: components["schemas"]["FieldError"][];
        };
        Retention: {
            settings: components["schemas"]["RetentionSetting"][];
            /** @description The latest 20, newest first. */
            runs: components["schemas"]["RetentionRun"][];
        };
        /**
         * @example {
         *       "feedback": 30
         *     }
         */
        RetentionChange: {
            /** @description Days; null restores the configured value. */
            predictions?: number | null;
            /** @description Days; null restores the configured value. */
            feedback?: number | null;
            /** @description Days; null restores the configured value. */
            metrics?: number | null;
        };
        RetentionRun: {
            /** Format: uuid */
            id: string;
            kind: string;
            /** Format: date-time */
            cutoff: string;
            /** Format: date-time */
            started_at: string;
            /** Format: date-time */
            finished_at: string | null;
            deleted: number;
        };
        RetentionSetting: {
            /** @description `predictions` (with votes and labels), `feedback` or `metrics` (metric events). */
            kind: string;
            days: number;
            /** @description Whether the tenant chose the value. */
            own: boolean;
        };
        Screenshot: {
            /** @description Index of the screenshot, starting at 0. */
            n: number;
            /** @description `pending`, `ready` or `failed`. */
            state: string;
            content_type: string;
            width: number | null;
            height: number | null;
            size_kb: number;
            url: string;
            thumbnail_url: string;
        };
        ServedModel: {
            name: string;
            model_version: string;
            labels: string[];
            /** @description Share of the requests without `model` that this model serves. */
            traffic: number;
            shadow: boolean;
            version: number;
            /** Format: date-time */
            since: string;
        };
        ServedModelList: {
            data: components["schemas"]["ServedModel"][];
        };
        Session: {
            success: boolean;
            user: components["schemas"]["User"];
            /** @description Send it as `X-CSRF-Token` with each request that changes data and uses the cookie. */
            csrf_token: string;
            /** Format: date-time */
            expires_at: string;
        };
        StorageMetrics: {
            success: boolean;
            data: {
                total_submissions: number;
                total_screenshots: number;
                total_screenshot_storage_kb: number;
                total_screenshot_storage_mb: number;
                avg_screenshot_size_kb: number;
                max_screenshot_size_kb: number;
                submissions_last_24h: number;
            };
            /** @description Growth by table, sampled hourly; empty before the first sample. */
            growth: components["schemas"]["TableGrowth"][];
        };
        Success: {
            success: boolean;
        };
        TableGrowth: {
            table: string;
            rows: number;
            /** @description Includes indexes. In a shared table, the tenant's share by number of rows. */
            bytes: number;
            /** @description Null on the first day. */
            rows_per_day: number | null;
            /** @description Null on the first day. */
            bytes_per_day: number | null;
            /** @description Forecast at the current rate. */
            in_30_days: {
                rows: number;
                bytes: number;
            } | null;
            /** Format: date-time */
            sampled_at: string;
        };
        Tenant: {
            /** Format: uuid */
            id: string;
            slug: string;
            name: string;
            /** Format: date-time */
            created_at: string;
        };
        TenantPage: {
            data: components["schemas"]["Tenant"][];
            /** @description `cursor` of the next page; null on the last page. */
            next_cursor: string | null;
        };
        TenantWithKey: {
            /** Format: uuid */
            id: string;
            slug: string;
            name: string;
            /** Format: date-time */
            created_at: string;
            /** @description A key with every scope except `platform`. Only this response contains it. */
            admin_key: string;
        };
        TrainingSet: {
            /** Format: uuid */
            id: string;
            name: string;
            /** @enum {string} */
            state: "ready" | "revoked";
            examples: number;
            /** @description SHA-256 of the whole file, in hex; null until it is computed. */
            sha256: string | null;
            selection: {
                [key: string]: unknown;
            };
            provenance: components["schemas"]["TrainingSetProvenance"];
            /** Format: date-time */
            created_at: string;
            created_by: string;
            /** Format: date-time */
            revoked_at: string | null;
            /** Format: uuid */
            predecessor_id: string | null;
            /** Format: uuid */
            successor_id: string | null;
        };
        TrainingSetPage: {
            data: components["schemas"]["TrainingSet"][];
            /** @description `cursor` of the next page; null on the last page. */
            next_cursor: string | null;
        };
        TrainingSetProvenance: {
            predictions: number;
            duplicates: number;
            conflicts: number;
            by_split: {
                [key: string]: number;
            };
            by_label: {
                [key: string]: number;
            };
            by_source: {
                [key: string]: number;
            };
            /** @description Descriptions of what the set does not represent. */
            bias: string[];
        };
        User: {
            /** Format: uuid */
            id: string;
            email: string;
            name: string;
            /** @description `viewer`, `reviewer` or `admin`. */
            role: string;
            /** @description `invited` until the user chooses a password, `active`, or `disabled`. */
            state: string;
            /** Format: date-time */
            created_at: string;
            created_by: string;
            /** Format: date-time */
            last_login_at: string | null;
            /** @description Version of the user, as in `ETag`. */
            version: number;
        };
        /**
         * @example {
         *       "role": "viewer"
         *     }
         */
        UserChange: {
            /** @example Ada */
            name?: string;
            /**
             * @example reviewer
             * @enum {string}
             */
            role?: "viewer" | "reviewer" | "admin";
            disabled?: boolean;
        };
        UserPage: {
            data: components["schemas"]["User"][];
            /** @description `cursor` of the next page; null on the last page. */
            next_cursor: string | null;
        };
        Webhook: {
            /** Format: uuid */
            id: string;
            url: string;
            events: string[];
            /** Format: date-time */
            created_at: string;
        };
        WebhookDelivery: {
            /**
             * Format: uuid
             * @description The `id` in the body. It stays the same when the delivery is repeated.
             */
            id: string;
            event: string;
            data: {
                [key: string]: unknown;
            };
            /** Format: date-time */
            created_at: string;
            attempts: number;
            /** Format: date-time */
            next_attempt_at: string | null;
            /** Format: date-time */
            delivered_at: string | null;
            last_status: number | null;
            last_error: string | null;
        };
        WebhookDeliveryPage: {
            data: components["schemas"]["WebhookDelivery"][];
            /** @description `cursor` of the next page; null on the last page. */
            next_cursor: string | null;
        };
        WebhookList: {
            data: components["schemas"]["Webhook"][];
        };
        WebhookTestResult: {
            delivered: boolean;
            /** @description The status that the receiver returned. */
            status: number | null;
            error: string | null;
        };
        WebhookWithSecret: components["schemas"]["Webhook"] & {
            /** @description Signs the deliveries. Only this response contains it. */
            secret: string;
        };
    };
    responses: {
        /** @description The request cannot be read: the body is not valid JSON, is nested too deeply or holds a NUL character. */
        BadRequestProblem: {
            headers: {
                "X-Correlation-ID": components["headers"]["XCorrelationID"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:feedback-loop:problem:malformed_json",
                 *       "title": "Unreadable request",
                 *       "status": 400,
                 *       "detail": "The body is not valid JSON.",
                 *       "code": "malformed_json",
                 *       "correlation_id": "0d7c6a5e-6f0d-4d0a-9f3e-2f6a4f6c2b11",
                 *       "errors": []
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is too large. */
        BodyTooLargeProblem: {
            headers: {
                "X-Correlation-ID": components["headers"]["XCorrelationID"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:feedback-loop:problem:body_too_large",
                 *       "title": "Payload Too Large",
                 *       "status": 413,
                 *       "detail": "The body is too large for this path.",
                 *       "code": "body_too_large",
                 *       "correlation_id": "0d7c6a5e-6f0d-4d0a-9f3e-2f6a4f6c2b11",
                 *       "errors": []
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The chosen id belongs to another record, or a request with the same `Idempotency-Key` is in progress. */
        ConflictProblem: {
            headers: {
                "X-Correlation-ID": components["headers"]["XCorrelationID"];
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:feedback-loop:problem:id_taken",
                 *       "title": "Conflict",
                 *       "status": 409,
                 *       "detail": "A record with this id exists already and is not this one.",
                 *       "code": "id_taken",
                 *       "correlation_id": "0d7c6a5e-6f0d-4d0a-9f3e-2f6a4f6c2b11",
                 *       "errors": [
                 *         {
                 *           "path": "id",
                 *           "message": "is taken"
                 *         }
                 *       ]
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The key or session lacks the scope, or the page is not an allowed origin. */
        ForbiddenProblem: {
            headers: {
                "X-Correlation-ID": components["headers"]["XCorrelationID"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:feedback-loop:problem:forbidden",
                 *       "title": "Forbidden",
                 *       "status": 403,
                 *       "detail": "This request needs scope read.",
                 *       "code": "forbidden",
                 *       "correlation_id": "0d7c6a5e-6f0d-4d0a-9f3e-2f6a4f6c2b11",
                 *       "errors": []
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The headers are too large. */
        HeadersTooLargeProblem: {
            headers: {
                "X-Correlation-ID": components["headers"]["XCorrelationID"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:feedback-loop:problem:headers_too_large",
                 *       "title": "Request Header Fields Too Large",
                 *       "status": 431,
                 *       "detail": "The headers are too large.",
                 *       "code": "headers_too_large",
                 *       "correlation_id": "0d7c6a5e-6f0d-4d0a-9f3e-2f6a4f6c2b11",
                 *       "errors": []
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The server failed; the correlation id finds the error in its log. */
        InternalErrorProblem: {
            headers: {
                "X-Correlation-ID": components["headers"]["XCorrelationID"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:feedback-loop:problem:internal_error",
                 *       "title": "Internal error",
                 *       "status": 500,
                 *       "detail": "An unexpected error occurred. Find it in the log by the correlation id.",
                 *       "code": "internal_error",
                 *       "correlation_id": "0d7c6a5e-6f0d-4d0a-9f3e-2f6a4f6c2b11",
                 *       "errors": []
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The request can be read, but fields are invalid; `errors` names each of them. */
        InvalidRequestProblem: {
            headers: {
                "X-Correlation-ID": components["headers"]["XCorrelationID"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:feedback-loop:problem:validation_failed",
                 *       "title": "Invalid request",
                 *       "status": 422,
                 *       "detail": "The request has invalid fields.",
                 *       "code": "validation_failed",
                 *       "correlation_id": "0d7c6a5e-6f0d-4d0a-9f3e-2f6a4f6c2b11",
                 *       "errors": [
                 *         {
                 *           "path": "texts.3",
                 *           "message": "must be a string"
                 *         }
                 *       ]
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The path does not take this method. */
        MethodNotAllowedProblem: {
            headers: {
                "X-Correlation-ID": components["headers"]["XCorrelationID"];
                Allow: components["headers"]["Allow"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:feedback-loop:problem:method_not_allowed",
                 *       "title": "Method Not Allowed",
                 *       "status": 405,
                 *       "detail": "This path does not support the method.",
                 *       "code": "method_not_allowed",
                 *       "correlation_id": "0d7c6a5e-6f0d-4d0a-9f3e-2f6a4f6c2b11",
                 *       "errors": []
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The resource does not exist, or it belongs to another tenant. */
        NotFoundProblem: {
            headers: {
                "X-Correlation-ID": components["headers"]["XCorrelationID"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:feedback-loop:problem:not_found",
                 *       "title": "Not Found",
                 *       "status": 404,
                 *       "detail": "The prediction was not found.",
                 *       "code": "not_found",
                 *       "correlation_id": "0d7c6a5e-6f0d-4d0a-9f3e-2f6a4f6c2b11",
                 *       "errors": []
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Another change came first: `If-Match` names an earlier version. */
        PreconditionFailedProblem: {
            headers: {
                "X-Correlation-ID": components["headers"]["XCorrelationID"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:feedback-loop:problem:precondition_failed",
                 *       "title": "Precondition failed",
                 *       "status": 412,
                 *       "detail": "The resource has changed: read it again.",
                 *       "code": "precondition_failed",
                 *       "correlation_id": "0d7c6a5e-6f0d-4d0a-9f3e-2f6a4f6c2b11",
                 *       "errors": [
                 *         {
                 *           "path": "If-Match",
                 *           "message": "is not the current version"
                 *         }
                 *       ]
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `If-Match` is missing. */
        PreconditionRequiredProblem: {
            headers: {
                "X-Correlation-ID": components["headers"]["XCorrelationID"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:feedback-loop:problem:precondition_required",
                 *       "title": "Precondition required",
                 *       "status": 428,
                 *       "detail": "Send If-Match with the ETag of the version that you have seen, or \"*\".",
                 *       "code": "precondition_required",
                 *       "correlation_id": "0d7c6a5e-6f0d-4d0a-9f3e-2f6a4f6c2b11",
                 *       "errors": [
                 *         {
                 *           "path": "If-Match",
                 *           "message": "is required"
                 *         }
                 *       ]
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body took too long to arrive. */
        RequestTimeoutProblem: {
            headers: {
                "X-Correlation-ID": components["headers"]["XCorrelationID"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:feedback-loop:problem:request_timeout",
                 *       "title": "Request Timeout",
                 *       "status": 408,
                 *       "detail": "The request took too long to arrive.",
                 *       "code": "request_timeout",
                 *       "correlation_id": "0d7c6a5e-6f0d-4d0a-9f3e-2f6a4f6c2b11",
                 *       "errors": []
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A rate limit is exceeded. */
        TooManyRequestsProblem: {
            headers: {
                "X-Correlation-ID": components["headers"]["XCorrelationID"];
                "Retry-After": components["headers"]["RetryAfter"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "X-RateLimit-Limit": components["headers"]["XRateLimitLimit"];
                "X-RateLimit-Remaining": components["headers"]["XRateLimitRemaining"];
                "X-RateLimit-Reset": components["headers"]["XRateLimitReset"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:feedback-loop:problem:rate_limited",
                 *       "title": "Too many requests",
                 *       "status": 429,
                 *       "detail": "Too many requests: wait for the time in Retry-After.",
                 *       "code": "rate_limited",
                 *       "correlation_id": "0d7c6a5e-6f0d-4d0a-9f3e-2f6a4f6c2b11",
                 *       "errors": []
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The request has no key or session, or one that is unknown, expired or revoked. */
        UnauthorizedProblem: {
            headers: {
                "X-Correlation-ID": components["headers"]["XCorrelationID"];
                "WWW-Authenticate": components["headers"]["WWWAuthenticate"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:feedback-loop:problem:unauthenticated",
                 *       "title": "Authentication required",
                 *       "status": 401,
                 *       "detail": "Send a valid API key as \"Authorization: Bearer fl_…\" or \"X-API-Key\".",
                 *       "code": "unauthenticated",
                 *       "correlation_id": "0d7c6a5e-6f0d-4d0a-9f3e-2f6a4f6c2b11",
                 *       "errors": []
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Something that the server needs is unavailable. */
        UnavailableProblem: {
            headers: {
                "X-Correlation-ID": components["headers"]["XCorrelationID"];
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:feedback-loop:problem:database_unavailable",
                 *       "title": "Temporarily unavailable",
                 *       "status": 503,
                 *       "detail": "The database cannot be reached.",
                 *       "code": "database_unavailable",
                 *       "correlation_id": "0d7c6a5e-6f0d-4d0a-9f3e-2f6a4f6c2b11",
                 *       "errors": []
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The path does not take this content type or encoding. */
        UnsupportedMediaTypeProblem: {
            headers: {
                "X-Correlation-ID": components["headers"]["XCorrelationID"];
                Accept: components["headers"]["Accept"];
                "Accept-Encoding": components["headers"]["AcceptEncoding"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:feedback-loop:problem:unsupported_media_type",
                 *       "title": "Unsupported Media Type",
                 *       "status": 415,
                 *       "detail": "This path does not accept text/plain: send application/json.",
                 *       "code": "unsupported_media_type",
                 *       "correlation_id": "0d7c6a5e-6f0d-4d0a-9f3e-2f6a4f6c2b11",
                 *       "errors": []
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The URL is too long. */
        UriTooLongProblem: {
            headers: {
                "X-Correlation-ID": components["headers"]["XCorrelationID"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:feedback-loop:problem:uri_too_long",
                 *       "title": "URI Too Long",
                 *       "status": 414,
                 *       "detail": "The address is too long.",
                 *       "code": "uri_too_long",
                 *       "correlation_id": "0d7c6a5e-6f0d-4d0a-9f3e-2f6a4f6c2b11",
                 *       "errors": []
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        /** @description Only feedback in this category. */
        Category: string;
        /** @description `next_cursor` of the previous page. */
        Cursor: string;
        /** @description Format of the file. */
        Format: "csv" | "jsonl" | "parquet";
        /** @description Start of the range, inclusive, in ISO 8601. */
        From: string;
        /** @description Filter by whether the feedback has a screenshot. */
        HasScreenshot: boolean;
        Id: string;
        /** @description Makes the request safe to repeat: for FL_IDEMPOTENCY_HOURS (24), the same key and body return the first response again. Ignored for NDJSON: give each line an `id` instead. */
        IdempotencyKey: string;
        /** @description ETag of the version to replace, or `*` for any version. */
        IfMatch: string;
        /** @description ETag of the copy that the client has. */
        IfNoneMatch: string;
        /** @description Include deleted feedback. */
        IncludeDeleted: boolean;
        /** @description Filter by whether the feedback is archived. */
        IsArchived: boolean;
        /** @description Filter by whether the feedback was read. */
        IsRead: boolean;
        /** @description Maximum number of items. */
        Limit: number;
        N: number;
        /** @description Only feedback on this prediction. */
        PredictionId: string;
        /** @description Words, or beginnings of words, that the description must contain. */
        Q: string;
        /** @description Filter by whether the feedback is in quarantine. The list leaves it out by default. */
        Quarantined: boolean;
        /** @description Only records of this session. */
        SessionId: string;
        /** @description End of the range, exclusive, in ISO 8601. */
        To: string;
        /** @description Only records of this user. */
        UserId: string;
    };
    requestBodies: never;
    headers: {
        /** @description The content types that the path accepts, if the content type is refused. */
        Accept: string;
        /** @description `identity`, if the body is compressed. */
        AcceptEncoding: string;
        /** @description The methods that the path takes. */
        Allow: string;
        /** @description `attachment` with a file name. */
        ContentDisposition: string;
        /** @description Version of the resource; send it back in `If-Match` or `If-None-Match`. */
        ETag: string;
        /** @description `true` if this is the response to an earlier request. */
        IdempotentReplayed: boolean;
        /** @description Remaining requests by limit. */
        RateLimit: string;
        /** @description The limits. */
        RateLimitPolicy: string;
        /** @description Seconds to wait before the request may be repeated. */
        RetryAfter: number;
        /** @description `Bearer` */
        WWWAuthenticate: string;
        /** @description The id that the request carried, or a new one; it finds the request in the log. */
        XCorrelationID: string;
        /** @description The limit that is closest to being exceeded. */
        XRateLimitLimit: number;
        /** @description Remaining requests of that limit. */
        XRateLimitRemaining: number;
        /** @description Seconds until that limit resets. */
        XRateLimitReset: number;
    };
    pathItems: never;
}
export interface operations {
    list_audit: {
        parameters: {
            query?: {
                /** @description Maximum number of items. */
                limit?: components["parameters"]["Limit"];
                /** @description `next_cursor` of the previous page. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEntryPage"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    cleanup: {
        parameters: {
            query?: {
                /** @description Maximum age in days; older feedback is deleted. Default: the configured retention. */
                retention_days?: number;
                /** @description Only count what would be deleted. */
                dry_run?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CleanupResult"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    export_feedback: {
        parameters: {
            query?: {
                /** @description Only feedback in this category. */
                category?: components["parameters"]["Category"];
                /** @description Filter by whether the feedback was read. */
                is_read?: components["parameters"]["IsRead"];
                /** @description Filter by whether the feedback is archived. */
                is_archived?: components["parameters"]["IsArchived"];
                /** @description Filter by whether the feedback has a screenshot. */
                has_screenshot?: components["parameters"]["HasScreenshot"];
                /** @description Start of the range, inclusive, in ISO 8601. */
                from?: components["parameters"]["From"];
                /** @description End of the range, exclusive, in ISO 8601. */
                to?: components["parameters"]["To"];
                /** @description Words, or beginnings of words, that the description must contain. */
                q?: components["parameters"]["Q"];
                /** @description Only records of this session. */
                session_id?: components["parameters"]["SessionId"];
                /** @description Only records of this user. */
                user_id?: components["parameters"]["UserId"];
                /** @description Only feedback on this prediction. */
                prediction_id?: components["parameters"]["PredictionId"];
                /** @description Filter by whether the feedback is in quarantine. The list leaves it out by default. */
                quarantined?: components["parameters"]["Quarantined"];
                /** @description Include deleted feedback. */
                include_deleted?: components["parameters"]["IncludeDeleted"];
                /** @description Format of the file. */
                format?: components["parameters"]["Format"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Content-Disposition": components["headers"]["ContentDisposition"];
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                    "application/x-ndjson": string;
                    "application/vnd.apache.parquet": string;
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    list_feedback: {
        parameters: {
            query?: {
                /** @description Only feedback in this category. */
                category?: components["parameters"]["Category"];
                /** @description Filter by whether the feedback was read. */
                is_read?: components["parameters"]["IsRead"];
                /** @description Filter by whether the feedback is archived. */
                is_archived?: components["parameters"]["IsArchived"];
                /** @description Filter by whether the feedback has a screenshot. */
                has_screenshot?: components["parameters"]["HasScreenshot"];
                /** @description Start of the range, inclusive, in ISO 8601. */
                from?: components["parameters"]["From"];
                /** @description End of the range, exclusive, in ISO 8601. */
                to?: components["parameters"]["To"];
                /** @description Words, or beginnings of words, that the description must contain. */
                q?: components["parameters"]["Q"];
                /** @description Only records of this session. */
                session_id?: components["parameters"]["SessionId"];
                /** @description Only records of this user. */
                user_id?: components["parameters"]["UserId"];
                /** @description Only feedback on this prediction. */
                prediction_id?: components["parameters"]["PredictionId"];
                /** @description Filter by whether the feedback is in quarantine. The list leaves it out by default. */
                quarantined?: components["parameters"]["Quarantined"];
                /** @description Include deleted feedback. */
                include_deleted?: components["parameters"]["IncludeDeleted"];
                /** @description Maximum number of items. */
                limit?: components["parameters"]["Limit"];
                /** @description `next_cursor` of the previous page. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FeedbackSubmissionPage"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    get_feedback: {
        parameters: {
            query?: {
                /** @description Time in ISO 8601. The response shows the triage as it was at this time. Default: now. */
                at?: string;
                /** @description Include deleted feedback. */
                include_deleted?: components["parameters"]["IncludeDeleted"];
            };
            header?: never;
            path: {
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FeedbackSubmission"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    delete_feedback: {
        parameters: {
            query?: never;
            header: {
                /** @description ETag of the version to replace, or `*` for any version. */
                "If-Match": components["parameters"]["IfMatch"];
            };
            path: {
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FeedbackSubmission"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            412: components["responses"]["PreconditionFailedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            428: components["responses"]["PreconditionRequiredProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    triage_feedback: {
        parameters: {
            query?: never;
            header: {
                /** @description ETag of the version to replace, or `*` for any version. */
                "If-Match": components["parameters"]["IfMatch"];
            };
            path: {
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FeedbackTriage"];
            };
        };
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FeedbackSubmission"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            408: components["responses"]["RequestTimeoutProblem"];
            412: components["responses"]["PreconditionFailedProblem"];
            413: components["responses"]["BodyTooLargeProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            428: components["responses"]["PreconditionRequiredProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    feedback_history: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FeedbackHistory"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    restore_feedback: {
        parameters: {
            query?: never;
            header: {
                /** @description ETag of the version to replace, or `*` for any version. */
                "If-Match": components["parameters"]["IfMatch"];
            };
            path: {
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FeedbackSubmission"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            412: components["responses"]["PreconditionFailedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            428: components["responses"]["PreconditionRequiredProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    get_screenshot: {
        parameters: {
            query?: {
                /** @description True: the file as it was sent, which is kept only if the state of the screenshot is `failed`. */
                sent?: boolean;
            };
            header?: {
                /** @description ETag of the copy that the client has. */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                id: components["parameters"]["Id"];
                n: components["parameters"]["N"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Content-Disposition": components["headers"]["ContentDisposition"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "image/webp": string;
                    "application/octet-stream": string;
                };
            };
            /** @description The copy that the client has is current. */
            304: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Content-Disposition": components["headers"]["ContentDisposition"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            409: components["responses"]["ConflictProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    get_thumbnail: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETag of the copy that the client has. */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                id: components["parameters"]["Id"];
                n: components["parameters"]["N"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Content-Disposition": components["headers"]["ContentDisposition"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "image/webp": string;
                };
            };
            /** @description The copy that the client has is current. */
            304: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Content-Disposition": components["headers"]["ContentDisposition"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            409: components["responses"]["ConflictProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    list_keys: {
        parameters: {
            query?: {
                /** @description Maximum number of items. */
                limit?: components["parameters"]["Limit"];
                /** @description `next_cursor` of the previous page. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyPage"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    create_key: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat: for FL_IDEMPOTENCY_HOURS (24), the same key and body return the first response again. Ignored for NDJSON: give each line an `id` instead. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewApiKey"];
            };
        };
        responses: {
            /** @description Created. */
            201: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyWithSecret"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            408: components["responses"]["RequestTimeoutProblem"];
            409: components["responses"]["ConflictProblem"];
            413: components["responses"]["BodyTooLargeProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    get_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    revoke_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    rotate_key: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat: for FL_IDEMPOTENCY_HOURS (24), the same key and body return the first response again. Ignored for NDJSON: give each line an `id` instead. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Created. */
            201: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyWithSecret"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            409: components["responses"]["ConflictProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Credentials"];
            };
        };
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            408: components["responses"]["RequestTimeoutProblem"];
            413: components["responses"]["BodyTooLargeProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    storage_metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StorageMetrics"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    list_models: {
        parameters: {
            query?: {
                /** @description Time in ISO 8601. The response lists the models that were served at that time. Default: now. */
                at?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServedModelList"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    model_history: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelHistory"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    choose_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChoice"];
            };
        };
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            408: components["responses"]["RequestTimeoutProblem"];
            413: components["responses"]["BodyTooLargeProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    reset_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordResetRequest"];
            };
        };
        responses: {
            /** @description Accepted. */
            202: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            408: components["responses"]["RequestTimeoutProblem"];
            413: components["responses"]["BodyTooLargeProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    get_retention: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Retention"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    change_retention: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RetentionChange"];
            };
        };
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Retention"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            408: components["responses"]["RequestTimeoutProblem"];
            413: components["responses"]["BodyTooLargeProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    get_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    change_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            408: components["responses"]["RequestTimeoutProblem"];
            413: components["responses"]["BodyTooLargeProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    list_tenants: {
        parameters: {
            query?: {
                /** @description Maximum number of items. */
                limit?: components["parameters"]["Limit"];
                /** @description `next_cursor` of the previous page. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantPage"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    create_tenant: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat: for FL_IDEMPOTENCY_HOURS (24), the same key and body return the first response again. Ignored for NDJSON: give each line an `id` instead. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTenant"];
            };
        };
        responses: {
            /** @description Created. */
            201: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantWithKey"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            408: components["responses"]["RequestTimeoutProblem"];
            409: components["responses"]["ConflictProblem"];
            413: components["responses"]["BodyTooLargeProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    erase_tenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErasureCertificate"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            409: components["responses"]["ConflictProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    list_training_sets: {
        parameters: {
            query?: {
                /** @description Maximum number of items. */
                limit?: components["parameters"]["Limit"];
                /** @description `next_cursor` of the previous page. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrainingSetPage"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    create_training_set: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat: for FL_IDEMPOTENCY_HOURS (24), the same key and body return the first response again. Ignored for NDJSON: give each line an `id` instead. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTrainingSet"];
            };
        };
        responses: {
            /** @description Created. */
            201: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrainingSet"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            408: components["responses"]["RequestTimeoutProblem"];
            409: components["responses"]["ConflictProblem"];
            413: components["responses"]["BodyTooLargeProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    get_training_set: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrainingSet"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    delete_training_set: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    get_training_data: {
        parameters: {
            query?: {
                /** @description Part of the set to return. Default: all lines. */
                split?: "train" | "validation" | "test";
            };
            header?: never;
            path: {
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Content-Disposition": components["headers"]["ContentDisposition"];
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            409: components["responses"]["ConflictProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    list_users: {
        parameters: {
            query?: {
                /** @description Maximum number of items. */
                limit?: components["parameters"]["Limit"];
                /** @description `next_cursor` of the previous page. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserPage"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    create_user: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat: for FL_IDEMPOTENCY_HOURS (24), the same key and body return the first response again. Ignored for NDJSON: give each line an `id` instead. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewUser"];
            };
        };
        responses: {
            /** @description Created. */
            201: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitedUser"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            408: components["responses"]["RequestTimeoutProblem"];
            409: components["responses"]["ConflictProblem"];
            413: components["responses"]["BodyTooLargeProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    get_user: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    delete_user: {
        parameters: {
            query?: never;
            header: {
                /** @description ETag of the version to replace, or `*` for any version. */
                "If-Match": components["parameters"]["IfMatch"];
            };
            path: {
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            412: components["responses"]["PreconditionFailedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            428: components["responses"]["PreconditionRequiredProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    change_user: {
        parameters: {
            query?: never;
            header: {
                /** @description ETag of the version to replace, or `*` for any version. */
                "If-Match": components["parameters"]["IfMatch"];
            };
            path: {
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserChange"];
            };
        };
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            408: components["responses"]["RequestTimeoutProblem"];
            412: components["responses"]["PreconditionFailedProblem"];
            413: components["responses"]["BodyTooLargeProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            428: components["responses"]["PreconditionRequiredProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    make_password_link: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat: for FL_IDEMPOTENCY_HOURS (24), the same key and body return the first response again. Ignored for NDJSON: give each line an `id` instead. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Created. */
            201: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasswordLink"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            409: components["responses"]["ConflictProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    list_webhooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookList"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    create_webhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes the request safe to repeat: for FL_IDEMPOTENCY_HOURS (24), the same key and body return the first response again. Ignored for NDJSON: give each line an `id` instead. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWebhook"];
            };
        };
        responses: {
            /** @description Created. */
            201: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookWithSecret"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            408: components["responses"]["RequestTimeoutProblem"];
            409: components["responses"]["ConflictProblem"];
            413: components["responses"]["BodyTooLargeProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    get_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    delete_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Success"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    list_deliveries: {
        parameters: {
            query?: {
                /** @description Maximum number of items. */
                limit?: components["parameters"]["Limit"];
                /** @description `next_cursor` of the previous page. */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path: {
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDeliveryPage"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    redeliver: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["Id"];
                delivery_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    test_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookTestResult"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            404: components["responses"]["NotFoundProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    health_detailed: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DetailedHealth"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The metrics. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "application/json": components["schemas"]["MetricList"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            401: components["responses"]["UnauthorizedProblem"];
            403: components["responses"]["ForbiddenProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
}

export const routes = {
  list_audit: 'GET /admin/api/audit',
  cleanup: 'POST /admin/api/cleanup',
  export_feedback: 'GET /admin/api/export',
  list_feedback: 'GET /admin/api/feedback',
  get_feedback: 'GET /admin/api/feedback/{id}',
  triage_feedback: 'PATCH /admin/api/feedback/{id}',
  delete_feedback: 'DELETE /admin/api/feedback/{id}',
  feedback_history: 'GET /admin/api/feedback/{id}/history',
  restore_feedback: 'POST /admin/api/feedback/{id}/restore',
  get_screenshot: 'GET /admin/api/feedback/{id}/screenshots/{n}',
  get_thumbnail: 'GET /admin/api/feedback/{id}/screenshots/{n}/thumbnail',
  create_key: 'POST /admin/api/keys',
  list_keys: 'GET /admin/api/keys',
  get_key: 'GET /admin/api/keys/{id}',
  revoke_key: 'DELETE /admin/api/keys/{id}',
  rotate_key: 'POST /admin/api/keys/{id}/rotate',
  login: 'POST /admin/api/login',
  logout: 'POST /admin/api/logout',
  storage_metrics: 'GET /admin/api/metrics',
  list_models: 'GET /admin/api/models',
  model_history: 'GET /admin/api/models/{name}/history',
  choose_password: 'POST /admin/api/password',
  reset_password: 'POST /admin/api/password/reset',
  get_retention: 'GET /admin/api/retention',
  change_retention: 'PUT /admin/api/retention',
  get_session: 'GET /admin/api/session',
  change_password: 'POST /admin/api/session/password',
  create_tenant: 'POST /admin/api/tenants',
  list_tenants: 'GET /admin/api/tenants',
  erase_tenant: 'DELETE /admin/api/tenants/{id}',
  create_training_set: 'POST /admin/api/training-sets',
  list_training_sets: 'GET /admin/api/training-sets',
  get_training_set: 'GET /admin/api/training-sets/{id}',
  delete_training_set: 'DELETE /admin/api/training-sets/{id}',
  get_training_data: 'GET /admin/api/training-sets/{id}/data',
  create_user: 'POST /admin/api/users',
  list_users: 'GET /admin/api/users',
  get_user: 'GET /admin/api/users/{id}',
  change_user: 'PATCH /admin/api/users/{id}',
  delete_user: 'DELETE /admin/api/users/{id}',
  make_password_link: 'POST /admin/api/users/{id}/password-link',
  create_webhook: 'POST /admin/api/webhooks',
  list_webhooks: 'GET /admin/api/webhooks',
  get_webhook: 'GET /admin/api/webhooks/{id}',
  delete_webhook: 'DELETE /admin/api/webhooks/{id}',
  list_deliveries: 'GET /admin/api/webhooks/{id}/deliveries',
  redeliver: 'POST /admin/api/webhooks/{id}/deliveries/{delivery_id}/redeliver',
  test_webhook: 'POST /admin/api/webhooks/{id}/test',
  health_detailed: 'GET /health/detailed',
  metrics: 'GET /metrics',
} as const satisfies Record<keyof operations, string>;

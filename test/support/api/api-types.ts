// Generated from docs/api/openapi.json by scripts/api-types.mjs; do not edit.
export interface components {
    schemas: {
        AcceptedLine: {
            /** @description Number of the line in the request, from 1. */
            line: number;
            /** Format: uuid */
            id: string;
            /** @description Lets its holder vote on this prediction, without a key. */
            feedback_token: string;
        };
        /**
         * @example {
         *       "texts": [
         *         "I love it",
         *         "It broke after two days",
         *         "The meeting is at noon"
         *       ]
         *     }
         */
        BatchRequest: {
            texts: string[];
        };
        CacheUsage: {
            hits: number;
            misses: number;
            /** @description `hits / (hits + misses)`; null without predictions that this installation served. */
            hit_rate: number | null;
            /**
             * Format: date-time
             * @description The response includes everything that was committed by this time. Absent if the response is exact to the last committed row, as it is without database replicas and a result cache.
             */
            data_as_of?: string;
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
        FeedbackWarning: {
            path: string;
            code: string;
            message: string;
        };
        FieldError: {
            /** @description The field, such as `texts.3`. */
            path: string;
            /** @description Why it was refused. */
            message: string;
        };
        HealthState: {
            /** @example healthy */
            status: string;
            /** @description What keeps the server from taking traffic until a person acts, with its settings. */
            detail?: string;
        };
        Label: {
            /** Format: uuid */
            id: string;
            label: string;
            /** @description `system`, `import`, `review` or `audit`. */
            source: string;
            /**
             * Format: date-time
             * @description Time from which the label is valid.
             */
            valid_at: string;
            /** Format: date-time */
            recorded_at: string;
            labeller: string | null;
        };
        /** @description Number of predictions by label, of all selected models together. */
        LabelDistribution: {
            [key: string]: number;
        };
        LatencyPercentiles: {
            count: number;
            /** @description Milliseconds. */
            p50: number | null;
            p95: number | null;
            p99: number | null;
            max: number | null;
            /** @description 0 for up to 10,000 predictions, because their percentiles are exact. */
            max_relative_error: number;
            /** @description The same figures for each of the 20 models with the most predictions. Only present if there are several models and the request selects none. */
            by_model?: {
                model: string;
                count: number;
                /** @description Milliseconds. */
                p50: number | null;
                p95: number | null;
                p99: number | null;
                max: number | null;
                /** @description 0 for up to 10,000 predictions, because their percentiles are exact. */
                max_relative_error: number;
            }[];
            /** @description `several_models`: the figures combine models, whose confidences may not be comparable. */
            warnings?: "several_models"[];
            /**
             * Format: date-time
             * @description The response includes everything that was committed by this time. Absent if the response is exact to the last committed row, as it is without database replicas and a result cache.
             */
            data_as_of?: string;
        };
        LegacyHealth: {
            status: string;
            version: string;
            database: {
                /** @enum {string} */
                status: "ok" | "error";
                /** @enum {string} */
                backend: "sqlite" | "postgresql";
                /** @description Number of metric events. */
                total_metrics: number;
                database_size_mb: number | null;
            };
        };
        /**
         * @description The body of a legacy system: a list of `data` for each type. It may also contain `user_id`, `org_id` and `timestamp`, which apply to all events.
         * @example {
         *       "user_id": "u-1",
         *       "search": [
         *         {
         *           "query": "shoes"
         *         }
         *       ],
         *       "purchase": [
         *         {
         *           "amount": 12.5
         *         }
         *       ]
         *     }
         */
        LegacyMetricEvents: {
            [key: string]: unknown;
        };
        LoggedPrediction: {
            /** Format: uuid */
            id: string;
            /** Format: date-time */
            timestamp: string;
            /**
             * @description Where the record is durable.
             * @enum {string}
             */
            persisted: "database" | "spool";
            /** @description Credential for votes and feedback on this prediction without an API key. It is valid for 30 days. */
            feedback_token: string;
            /** @description What was stored, but cannot be used for every figure. */
            warnings: components["schemas"]["PredictionWarning"][];
        };
        MetricEvent: {
            /** Format: uuid */
            id: string;
            type: string;
            /** Format: date-time */
            timestamp: string;
            user_id: string | null;
            org_id: string | null;
            external_id: string | null;
            data: {
                [key: string]: unknown;
            };
            /**
             * Format: date-time
             * @description When the server accepted the event or its latest change.
             */
            accepted_at: string;
            /** @description Paths in `data` that are omitted, because they require scope `read:text`. */
            withheld?: string[];
        };
        MetricEventPage: {
            data: components["schemas"]["MetricEvent"][];
            /** @description `cursor` of the next page; null on the last page. */
            next_cursor: string | null;
        };
        MetricEventStats: {
            total: number;
            /** @description Number of types. */
            types: number;
            /** @description Number of users. */
            users: number;
            /** @description Number of organisations. */
            orgs: number;
            date_range: {
                earliest: string | null;
                latest: string | null;
            };
        };
        MetricEventType: {
            type: string;
            count: number;
            /** Format: date-time */
            first_seen: string;
            /** Format: date-time */
            last_seen: string;
        };
        MetricEventTypeList: {
            data: components["schemas"]["MetricEventType"][];
        };
        ModelUsage: {
            model: string;
            model_version: string;
            count: number;
            avg_confidence: number | null;
            /** Format: date-time */
            first_seen: string;
            /** Format: date-time */
            last_seen: string;
        };
        ModelUsageList: components["schemas"]["ModelUsage"][];
        /** @description One line of the response: a refused line of the request, a stored one if `return=ids` asks for it, or, as the last line, the counts. */
        NdjsonResult: components["schemas"]["RefusedLine"] | components["schemas"]["AcceptedLine"] | components["schemas"]["NdjsonSummary"];
        NdjsonSummary: {
            /** @description Number of lines in the database. */
            accepted: number;
            /** @description Number of lines in the spool. */
            spooled: number;
            /** @description Number of lines that were refused. */
            refused: number;
            /** @description Number of accepted lines with a warning; absent if no line has one. */
            warnings?: number;
        };
        /**
         * @example {
         *       "session_id": "s-1",
         *       "category": "bug",
         *       "description": "The chart is empty.",
         *       "url": "https://app.example.com/report",
         *       "timestamp": "2026-11-22T09:30:00Z"
         *     }
         */
        NewFeedback: {
            /** @example s-1 */
            session_id: string;
            /** @example bug */
            category: string;
            /** @example The chart is empty. */
            description: string;
            /** @example https://app.example.com/report */
            url: string;
            /**
             * @description Time on the client's clock. A value that cannot be parsed is stored unchanged.
             * @example 2026-11-22T09:30:00Z
             */
            timestamp: string | number;
            /** @description Name and version. */
            browser?: string | null;
            /** @description Name and version. */
            os?: string | null;
            /** @description For example, 1920x1080. */
            screen_resolution?: string | null;
            /** @description For example, 1280x720. */
            viewport_size?: string | null;
            /** @description Drawings on the screenshot: at most 64 KiB of JSON, or a string that contains JSON. */
            annotation_coords?: unknown;
            /** @description State of the page: at most 64 KiB of JSON, or a string that contains JSON. It is encrypted at rest. */
            api_state?: unknown;
            /**
             * Format: uuid
             * @description The prediction that the feedback is about.
             */
            prediction_id?: string | null;
            /** @description The author. Erasure and export of a subject use this id. */
            user_id?: string | null;
            /** @description PNG, JPEG or WebP images as data URLs. A refused screenshot is reported in `warnings`; the text is still recorded. */
            screenshot?: string | string[] | null;
            /** @description Honeypot: hide this field in your form and leave it empty. Spam bots fill it in. */
            website?: string | null;
            /** @description Milliseconds between opening the form and sending it. */
            elapsed_ms?: number | null;
        };
        NewFeedbackForm: {
            /** @example s-1 */
            session_id: string;
            /** @example bug */
            category: string;
            /** @example The chart is empty. */
            description: string;
            /** @example https://app.example.com/report */
            url: string;
            /**
             * @description Time on the client's clock. A value that cannot be parsed is stored unchanged.
             * @example 2026-11-22T09:30:00Z
             */
            timestamp: string;
            /** @description Name and version. */
            browser?: string | null;
            /** @description Name and version. */
            os?: string | null;
            /** @description For example, 1920x1080. */
            screen_resolution?: string | null;
            /** @description For example, 1280x720. */
            viewport_size?: string | null;
            /** @description Drawings on the screenshot: at most 64 KiB of JSON. */
            annotation_coords?: string;
            /** @description State of the page: at most 64 KiB of JSON. It is encrypted at rest. */
            api_state?: string;
            /**
             * Format: uuid
             * @description The prediction that the feedback is about.
             */
            prediction_id?: string | null;
            /** @description The author. Erasure and export of a subject use this id. */
            user_id?: string | null;
            /** @description PNG, JPEG or WebP files, after the text fields. A refused screenshot is reported in `warnings`; the text is still recorded. */
            screenshot?: string[];
            /** @description Honeypot: hide this field in your form and leave it empty. Spam bots fill it in. */
            website?: string | null;
            /** @description Milliseconds between opening the form and sending it. */
            elapsed_ms?: number | null;
        };
        /**
         * @example {
         *       "inference_id": "order-4711",
         *       "label": "billing",
         *       "source": "system"
         *     }
         */
        NewLabel: {
            /**
             * Format: uuid
             * @description Your own UUID. Sending the same label again changes nothing.
             */
            id?: string | null;
            /**
             * Format: uuid
             * @description Id of the prediction. Send either this or `inference_id`.
             */
            prediction_id?: string | null;
            /** @description Your own id of the prediction. The label belongs to the latest prediction with this id. */
            inference_id?: string | null;
            /** @example billing */
            label: string;
            /**
             * @description `system` for ground truth from another system, `import` for existing labels, `review` for the decision of a person. Only the server sets `audit`.
             * @example system
             * @enum {string}
             */
            source: "system" | "import" | "review";
            /**
             * Format: date-time
             * @description Time from which the label is valid. Default: now.
             */
            timestamp?: string | null;
            /** @description The person or system that assigned the label. */
            labeller?: string | null;
            /** @description The person whose text was labelled. Erasure and export of a data subject use it. */
            user_id?: string | null;
        };
        /**
         * @example {
         *       "type": "search",
         *       "data": {
         *         "query": "shoes",
         *         "hits": 12
         *       },
         *       "user_id": "u-1"
         *     }
         */
        NewMetricEvent: {
            /** @example search */
            type: string;
            /** @description Any JSON object up to 64 KiB. */
            data: {
                [key: string]: unknown;
            };
            /** @description The user of the event. Erasure and export of a data subject use it. */
            user_id?: string | null;
            /** @description The organisation of the user. */
            org_id?: string | null;
            /**
             * Format: date-time
             * @description Time of the event: within the retention period and at most 5 minutes in the future. Default: now. A change of an event does not change its time.
             */
            timestamp?: string | null;
            /** @description Your own id. Sending it again changes the event. */
            external_id?: string | null;
        };
        NewMetricEvents: components["schemas"]["NewMetricEvent"] | components["schemas"]["NewMetricEvent"][] | components["schemas"]["LegacyMetricEvents"];
        /**
         * @example {
         *       "model": "ticket-router",
         *       "model_version": "7",
         *       "label": "billing",
         *       "confidence": 0.91,
         *       "scores": {
         *         "billing": 0.91,
         *         "other": 0.09
         *       }
         *     }
         */
        NewPrediction: {
            /**
             * Format: uuid
             * @description Your own UUID v7, which must contain the time of `timestamp`. Sending the same id again changes nothing.
             */
            id?: string | null;
            /** @example ticket-router */
            model: string;
            /** @example 2026-11-02 */
            model_version: string;
            /** @example billing */
            label: string;
            /**
             * @description Probability of `label`, or null if the model does not report one.
             * @example 0.91
             */
            confidence: number | null;
            /**
             * @description Probability of each class. Without them, precision and recall cannot be estimated before labels arrive.
             * @example {
             *       "billing": 0.91,
             *       "delivery": 0.06,
             *       "other": 0.03
             *     }
             */
            scores?: {
                [key: string]: number;
            } | null;
            /**
             * @description `distribution`: the scores sum to 1, and `confidence` is the score of `label` (both within 0.001). `independent`: one probability for each class. `partial`: scores of some classes. Default: `distribution` if the scores are one, otherwise they are stored as `unverified`, with a warning.
             * @enum {string|null}
             */
            scores_kind?: "distribution" | "independent" | "partial" | null;
            /** @description The classified text. It is encrypted at rest. */
            input_text?: string | null;
            /** @description Time that the model took, in milliseconds. */
            latency_ms?: number | null;
            /** @description Your own id; labels can refer to it. It need not be unique. */
            inference_id?: string | null;
            /**
             * Format: date-time
             * @description Time of the prediction: within the retention period and at most 5 minutes in the future. Default: now.
             */
            timestamp?: string | null;
            /** @description The person who wrote the text. Erasure and export of a data subject use it. */
            user_id?: string | null;
            /** @description Groups the predictions of one visit. */
            session_id?: string | null;
            /** @description Any other data to keep, up to 16 KiB. */
            metadata?: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * @example {
         *       "correct": false,
         *       "label": "billing",
         *       "comment": "It was about an invoice."
         *     }
         */
        NewVote: {
            /** @description Whether the predicted label is correct. */
            correct?: boolean | null;
            /** @description The correct label. It decides whether the prediction is correct: a contradicting `correct` is refused if the prediction is known. */
            label?: string | null;
            rating?: number | null;
            /** @description Encrypted at rest. */
            comment?: string | null;
            /** @description The rater, who has one vote for each prediction. Each feedback token counts as a separate rater. */
            user_id?: string | null;
        };
        /**
         * @example {
         *       "text": "The new search is fast and easy to use.",
         *       "user_id": "anna"
         *     }
         */
        PredictRequest: {
            /**
             * @description 1 to 10,000 Unicode characters after trimming.
             * @example The new search is fast and easy to use.
             */
            text: string;
            /** @description The person who wrote the text. Erasure and export of a data subject use it. */
            user_id?: string | null;
            /** @description Groups the predictions of one visit. */
            session_id?: string | null;
            /** @description Your own id; labels can refer to it. It need not be unique. */
            inference_id?: string | null;
            /** @description Any other data to keep, up to 16 KiB. */
            metadata?: {
                [key: string]: unknown;
            } | null;
            /** @description Name of a configured model. By default, the shares of traffic decide. */
            model?: string | null;
        };
        Prediction: {
            /** Format: uuid */
            id: string;
            /** Format: date-time */
            timestamp: string;
            /**
             * Format: date-time
             * @description When the server accepted the prediction.
             */
            recorded_at: string;
            model: string;
            model_version: string;
            label: string;
            confidence: number | null;
            /** @description Probability of each class. */
            scores: {
                [key: string]: number;
            } | null;
            /**
             * @description `unverified` scores are not a distribution, and the caller did not say what they are. No figure is based on them.
             * @enum {string|null}
             */
            scores_kind: "distribution" | "independent" | "partial" | "unverified" | null;
            latency_ms: number | null;
            cache_hit: boolean;
            /**
             * @description `served` by this installation, or `logged` by another one.
             * @enum {string}
             */
            source: "served" | "logged";
            inference_id: string | null;
            user_id: string | null;
            session_id: string | null;
            metadata: {
                [key: string]: unknown;
            } | null;
            /** @description Present only with scope `read:text`. */
            input_text?: string | null;
        };
        PredictionBatch: {
            predictions: components["schemas"]["ServedPrediction"][];
            total: number;
            /**
             * @description Where the record is durable, or `none` if it was not recorded.
             * @enum {string}
             */
            persisted: "database" | "spool" | "none";
        };
        PredictionPage: {
            data: components["schemas"]["Prediction"][];
            /** @description `cursor` of the next page; null on the last page. */
            next_cursor: string | null;
        };
        PredictionSummary: {
            total_predictions: number;
            /** @description Null without predictions. */
            avg_confidence: number | null;
            /** @description Null without predictions. */
            avg_latency_ms: number | null;
            date_range: {
                /** Format: date-time */
                earliest: string | null;
                /** Format: date-time */
                latest: string | null;
            };
            /** @description The same figures for each of the 20 models with the most predictions. Only present if there are several models and the request selects none. */
            by_model?: {
                model: string;
                total_predictions: number;
                /** @description Null without predictions. */
                avg_confidence: number | null;
                /** @description Null without predictions. */
                avg_latency_ms: number | null;
                date_range: {
                    /** Format: date-time */
                    earliest: string | null;
                    /** Format: date-time */
                    latest: string | null;
                };
            }[];
            /** @description `several_models`: the figures combine models, whose confidences may not be comparable. */
            warnings?: "several_models"[];
            /**
             * Format: date-time
             * @description The response includes everything that was committed by this time. Absent if the response is exact to the last committed row, as it is without database replicas and a result cache.
             */
            data_as_of?: string;
        };
        PredictionWarning: {
            path: string;
            code: string;
            message: string;
        };
        PredictionWithFeedback: {
            /** Format: uuid */
            id: string;
            /** Format: date-time */
            timestamp: string;
            /**
             * Format: date-time
             * @description When the server accepted the prediction.
             */
            recorded_at: string;
            model: string;
            model_version: string;
            label: string;
            confidence: number | null;
            /** @description Probability of each class. */
            scores: {
                [key: string]: number;
            } | null;
            /**
             * @description `unverified` scores are not a distribution, and the caller did not say what they are. No figure is based on them.
             * @enum {string|null}
             */
            scores_kind: "distribution" | "independent" | "partial" | "unverified" | null;
            latency_ms: number | null;
            cache_hit: boolean;
            /**
             * @description `served` by this installation, or `logged` by another one.
             * @enum {string}
             */
            source: "served" | "logged";
            inference_id: string | null;
            user_id: string | null;
            session_id: string | null;
            metadata: {
                [key: string]: unknown;
            } | null;
            /** @description Present only with scope `read:text`. */
            input_text?: string | null;
            votes: components["schemas"]["VoteCounts"];
            /** @description At most 100 labels, oldest first. */
            labels: components["schemas"]["Label"][];
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
        RecentPrediction: {
            /** Format: uuid */
            id: string;
            /** Format: date-time */
            timestamp: string;
            /** @description The label, even if the classifier does not predict sentiment. */
            sentiment: string;
            confidence: number | null;
            latency_ms: number | null;
            /** @description Missing in responses of the legacy path. */
            label?: string;
            /** @description Missing in responses of the legacy path. */
            model?: string;
            model_version: string;
        };
        RecentPredictionList: components["schemas"]["RecentPrediction"][];
        RecordedFeedback: {
            success: boolean;
            /** Format: uuid */
            id: string;
            /** @description Link to the prediction; null without `prediction_id`. `pending` until the prediction is recorded, or if the request had no key or token. */
            link: string | null;
            /** @description Screenshots that were refused. */
            warnings: components["schemas"]["FeedbackWarning"][];
        };
        RecordedLabel: {
            success: boolean;
            /** Format: uuid */
            id: string;
            /**
             * @description `pending` until the prediction arrives.
             * @enum {string}
             */
            link: "linked" | "pending";
            /** Format: uuid */
            prediction_id: string | null;
            /** @description At most 100 predictions with the `inference_id`, latest first. The label belongs to the first. */
            prediction_ids: string[];
            /**
             * @description Where the label is durable.
             * @enum {string}
             */
            persisted: "database" | "spool";
        };
        RecordedMetricEvents: {
            success: boolean;
            /** @description Number of recorded events. */
            stored: number;
            /**
             * @description Where the events are durable.
             * @enum {string}
             */
            persisted: "database" | "spool";
        };
        RecordedVote: {
            success: boolean;
            /**
             * Format: uuid
             * @description Id of the vote. It does not change when the rater changes the vote.
             */
            id: string;
            /**
             * @description `pending` until the prediction arrives.
             * @enum {string}
             */
            link: "linked" | "pending";
            /**
             * @description Where the vote is durable.
             * @enum {string}
             */
            persisted: "database" | "spool";
        };
        RefusedLine: {
            /** @description Number of the line in the request, from 1. */
            line: number;
        } & components["schemas"]["Problem"];
        SentimentDistribution: {
            positive: number;
            negative: number;
            neutral: number;
            /** @description The same figures for each of the 20 models with the most predictions. Only present if there are several models and the request selects none. */
            by_model?: {
                model: string;
                positive: number;
                negative: number;
                neutral: number;
            }[];
            /** @description `several_models`: the figures combine models, whose confidences may not be comparable. */
            warnings?: "several_models"[];
        };
        ServedPrediction: {
            /**
             * Format: uuid
             * @description Null if the prediction was not recorded.
             */
            id: string | null;
            /** Format: date-time */
            timestamp: string;
            /** @example positive */
            label: string;
            /**
             * @description Equal to `label`.
             * @example positive
             */
            sentiment: string;
            confidence: number;
            /**
             * @description Probability of each label.
             * @example {
             *       "negative": 0.02,
             *       "neutral": 0.05,
             *       "positive": 0.93
             *     }
             */
            scores: {
                [key: string]: number;
            };
            /** @description Time that the model took, or the cache if `cache_hit` is true, in milliseconds. */
            latency_ms: number;
            model: string;
            /** @description Changes whenever predictions may change. */
            model_version: string;
            cache_hit: boolean;
            /**
             * @description Where the record is durable, or `none` if it was not recorded.
             * @enum {string}
             */
            persisted: "database" | "spool" | "none";
            /** @description Credential for votes and feedback on this prediction without an API key. It is valid for 30 days. */
            feedback_token: string | null;
            /** @description The model knows none of the words, so the prediction is a guess. */
            low_evidence: boolean;
            /** @description The text is longer than the maximum that the model reads. */
            truncated: boolean;
        };
        SubjectId: string;
        Timeseries: {
            /** @enum {string} */
            bucket: "hour" | "day";
            data: components["schemas"]["TimeseriesBucket"][];
            /** @description The same figures for each of the 20 models with the most predictions. Only present if there are several models and the request selects none. */
            by_model?: {
                model: string;
                data: components["schemas"]["TimeseriesBucket"][];
            }[];
            /** @description `several_models`: the figures combine models, whose confidences may not be comparable. */
            warnings?: "several_models"[];
            /**
             * Format: date-time
             * @description The response includes everything that was committed by this time. Absent if the response is exact to the last committed row, as it is without database replicas and a result cache.
             */
            data_as_of?: string;
        };
        TimeseriesBucket: {
            /**
             * Format: date-time
             * @description In UTC; the bucket ends at the start of the next one.
             */
            start: string;
            count: number;
            avg_confidence: number | null;
            avg_latency_ms: number | null;
            labels: {
                [key: string]: number;
            };
        };
        VoteCounts: {
            /** @description Votes that are `correct`, or name the predicted label. */
            correct: number;
            /** @description Votes that are not `correct`, or name another label. */
            wrong: number;
            /** @description Votes whose `correct` contradicts their `label`, which decides. */
            conflicts: number;
            /** @description Number of votes by rating. */
            ratings: {
                [key: string]: number;
            };
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
        /** @description Length of a bucket. */
        Bucket: "hour" | "day";
        /** @description `next_cursor` of the previous page. */
        Cursor: string;
        /** @description Up to five parameters `data.<path>=<value>`, such as `data.user.plan=pro`. Only events whose `data` has the value at the path are included. */
        DataFilters: {
            [key: string]: string;
        };
        /** @description Only the event with this external id. */
        ExternalId: string;
        /** @description Format of the file. */
        Format: "csv" | "jsonl" | "parquet";
        /** @description Start of the range, inclusive, in ISO 8601. */
        From: string;
        Id: string;
        /** @description Makes the request safe to repeat: for FL_IDEMPOTENCY_HOURS (24), the same key and body return the first response again. Ignored for NDJSON: give each line an `id` instead. */
        IdempotencyKey: string;
        /** @description Only predictions that were recorded under this `inference_id`. */
        InferenceId: string;
        /** @description Only predictions with this label. */
        Label: string;
        /** @description Maximum number of items. */
        Limit: number;
        /** @description Only predictions of this model. */
        Model: string;
        /** @description Only predictions of this model version. */
        ModelVersion: string;
        /** @description Only events of this organisation. */
        OrgId: string;
        /** @description Only records of this session. */
        SessionId: string;
        SubjectId: components["schemas"]["SubjectId"];
        /** @description End of the range, exclusive, in ISO 8601. */
        To: string;
        /** @description Only events of this type. */
        Type: string;
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
        /** @description Time up to which the figures are complete; missing if they are current. */
        XDataAsOf: string;
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
    older_analytics_cache: {
        parameters: {
            query?: {
                /** @description Start of the range, inclusive, in ISO 8601. */
                from?: components["parameters"]["From"];
                /** @description End of the range, exclusive, in ISO 8601. */
                to?: components["parameters"]["To"];
                /** @description Only predictions of this model. */
                model?: components["parameters"]["Model"];
                /** @description Only predictions of this model version. */
                model_version?: components["parameters"]["ModelVersion"];
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
                    "X-Data-As-Of": components["headers"]["XDataAsOf"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CacheUsage"];
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
    older_analytics_label_distribution: {
        parameters: {
            query?: {
                /** @description Start of the range, inclusive, in ISO 8601. */
                from?: components["parameters"]["From"];
                /** @description End of the range, exclusive, in ISO 8601. */
                to?: components["parameters"]["To"];
                /** @description Only predictions of this model. */
                model?: components["parameters"]["Model"];
                /** @description Only predictions of this model version. */
                model_version?: components["parameters"]["ModelVersion"];
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
                    "X-Data-As-Of": components["headers"]["XDataAsOf"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LabelDistribution"];
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
    older_analytics_latency: {
        parameters: {
            query?: {
                /** @description Start of the range, inclusive, in ISO 8601. */
                from?: components["parameters"]["From"];
                /** @description End of the range, exclusive, in ISO 8601. */
                to?: components["parameters"]["To"];
                /** @description Only predictions of this model. */
                model?: components["parameters"]["Model"];
                /** @description Only predictions of this model version. */
                model_version?: components["parameters"]["ModelVersion"];
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
                    "X-Data-As-Of": components["headers"]["XDataAsOf"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LatencyPercentiles"];
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
    older_analytics_models: {
        parameters: {
            query?: {
                /** @description Start of the range, inclusive, in ISO 8601. */
                from?: components["parameters"]["From"];
                /** @description End of the range, exclusive, in ISO 8601. */
                to?: components["parameters"]["To"];
                /** @description Only predictions of this model. */
                model?: components["parameters"]["Model"];
                /** @description Only predictions of this model version. */
                model_version?: components["parameters"]["ModelVersion"];
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
                    "X-Data-As-Of": components["headers"]["XDataAsOf"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelUsageList"];
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
    older_analytics_recent: {
        parameters: {
            query?: {
                /** @description Start of the range, inclusive, in ISO 8601. */
                from?: components["parameters"]["From"];
                /** @description End of the range, exclusive, in ISO 8601. */
                to?: components["parameters"]["To"];
                /** @description Only predictions of this model. */
                model?: components["parameters"]["Model"];
                /** @description Only predictions of this model version. */
                model_version?: components["parameters"]["ModelVersion"];
                /** @description Maximum number of items. */
                limit?: components["parameters"]["Limit"];
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
                    "X-Data-As-Of": components["headers"]["XDataAsOf"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecentPredictionList"];
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
    older_analytics_sentiment_distribution: {
        parameters: {
            query?: {
                /** @description Start of the range, inclusive, in ISO 8601. */
                from?: components["parameters"]["From"];
                /** @description End of the range, exclusive, in ISO 8601. */
                to?: components["parameters"]["To"];
                /** @description Only predictions of this model. */
                model?: components["parameters"]["Model"];
                /** @description Only predictions of this model version. */
                model_version?: components["parameters"]["ModelVersion"];
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
                    "X-Data-As-Of": components["headers"]["XDataAsOf"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SentimentDistribution"];
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
    older_analytics_summary: {
        parameters: {
            query?: {
                /** @description Start of the range, inclusive, in ISO 8601. */
                from?: components["parameters"]["From"];
                /** @description End of the range, exclusive, in ISO 8601. */
                to?: components["parameters"]["To"];
                /** @description Only predictions of this model. */
                model?: components["parameters"]["Model"];
                /** @description Only predictions of this model version. */
                model_version?: components["parameters"]["ModelVersion"];
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
                    "X-Data-As-Of": components["headers"]["XDataAsOf"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PredictionSummary"];
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
    older_analytics_timeseries: {
        parameters: {
            query?: {
                /** @description Start of the range, inclusive, in ISO 8601. */
                from?: components["parameters"]["From"];
                /** @description End of the range, exclusive, in ISO 8601. */
                to?: components["parameters"]["To"];
                /** @description Only predictions of this model. */
                model?: components["parameters"]["Model"];
                /** @description Only predictions of this model version. */
                model_version?: components["parameters"]["ModelVersion"];
                /** @description Length of a bucket. */
                bucket?: components["parameters"]["Bucket"];
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
                    "X-Data-As-Of": components["headers"]["XDataAsOf"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Timeseries"];
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
    create_feedback_older_path: {
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
                "application/json": components["schemas"]["NewFeedback"];
                "multipart/form-data": components["schemas"]["NewFeedbackForm"];
            };
        };
        responses: {
            /** @description Recorded in the database. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordedFeedback"];
                };
            };
            /** @description Recorded in the spool; available after the replay. */
            202: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordedFeedback"];
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
    analytics_cache: {
        parameters: {
            query?: {
                /** @description Start of the range, inclusive, in ISO 8601. */
                from?: components["parameters"]["From"];
                /** @description End of the range, exclusive, in ISO 8601. */
                to?: components["parameters"]["To"];
                /** @description Only predictions of this model. */
                model?: components["parameters"]["Model"];
                /** @description Only predictions of this model version. */
                model_version?: components["parameters"]["ModelVersion"];
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
                    "X-Data-As-Of": components["headers"]["XDataAsOf"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CacheUsage"];
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
    analytics_label_distribution: {
        parameters: {
            query?: {
                /** @description Start of the range, inclusive, in ISO 8601. */
                from?: components["parameters"]["From"];
                /** @description End of the range, exclusive, in ISO 8601. */
                to?: components["parameters"]["To"];
                /** @description Only predictions of this model. */
                model?: components["parameters"]["Model"];
                /** @description Only predictions of this model version. */
                model_version?: components["parameters"]["ModelVersion"];
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
                    "X-Data-As-Of": components["headers"]["XDataAsOf"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LabelDistribution"];
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
    analytics_latency: {
        parameters: {
            query?: {
                /** @description Start of the range, inclusive, in ISO 8601. */
                from?: components["parameters"]["From"];
                /** @description End of the range, exclusive, in ISO 8601. */
                to?: components["parameters"]["To"];
                /** @description Only predictions of this model. */
                model?: components["parameters"]["Model"];
                /** @description Only predictions of this model version. */
                model_version?: components["parameters"]["ModelVersion"];
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
                    "X-Data-As-Of": components["headers"]["XDataAsOf"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LatencyPercentiles"];
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
    analytics_models: {
        parameters: {
            query?: {
                /** @description Start of the range, inclusive, in ISO 8601. */
                from?: components["parameters"]["From"];
                /** @description End of the range, exclusive, in ISO 8601. */
                to?: components["parameters"]["To"];
                /** @description Only predictions of this model. */
                model?: components["parameters"]["Model"];
                /** @description Only predictions of this model version. */
                model_version?: components["parameters"]["ModelVersion"];
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
                    "X-Data-As-Of": components["headers"]["XDataAsOf"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelUsageList"];
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
    analytics_recent: {
        parameters: {
            query?: {
                /** @description Start of the range, inclusive, in ISO 8601. */
                from?: components["parameters"]["From"];
                /** @description End of the range, exclusive, in ISO 8601. */
                to?: components["parameters"]["To"];
                /** @description Only predictions of this model. */
                model?: components["parameters"]["Model"];
                /** @description Only predictions of this model version. */
                model_version?: components["parameters"]["ModelVersion"];
                /** @description Maximum number of items. */
                limit?: components["parameters"]["Limit"];
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
                    "X-Data-As-Of": components["headers"]["XDataAsOf"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecentPredictionList"];
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
    analytics_sentiment_distribution: {
        parameters: {
            query?: {
                /** @description Start of the range, inclusive, in ISO 8601. */
                from?: components["parameters"]["From"];
                /** @description End of the range, exclusive, in ISO 8601. */
                to?: components["parameters"]["To"];
                /** @description Only predictions of this model. */
                model?: components["parameters"]["Model"];
                /** @description Only predictions of this model version. */
                model_version?: components["parameters"]["ModelVersion"];
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
                    "X-Data-As-Of": components["headers"]["XDataAsOf"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SentimentDistribution"];
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
    analytics_summary: {
        parameters: {
            query?: {
                /** @description Start of the range, inclusive, in ISO 8601. */
                from?: components["parameters"]["From"];
                /** @description End of the range, exclusive, in ISO 8601. */
                to?: components["parameters"]["To"];
                /** @description Only predictions of this model. */
                model?: components["parameters"]["Model"];
                /** @description Only predictions of this model version. */
                model_version?: components["parameters"]["ModelVersion"];
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
                    "X-Data-As-Of": components["headers"]["XDataAsOf"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PredictionSummary"];
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
    analytics_timeseries: {
        parameters: {
            query?: {
                /** @description Start of the range, inclusive, in ISO 8601. */
                from?: components["parameters"]["From"];
                /** @description End of the range, exclusive, in ISO 8601. */
                to?: components["parameters"]["To"];
                /** @description Only predictions of this model. */
                model?: components["parameters"]["Model"];
                /** @description Only predictions of this model version. */
                model_version?: components["parameters"]["ModelVersion"];
                /** @description Length of a bucket. */
                bucket?: components["parameters"]["Bucket"];
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
                    "X-Data-As-Of": components["headers"]["XDataAsOf"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Timeseries"];
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
    batch: {
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
                "application/json": components["schemas"]["BatchRequest"];
            };
        };
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PredictionBatch"];
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
    create_feedback: {
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
                "application/json": components["schemas"]["NewFeedback"];
                "multipart/form-data": components["schemas"]["NewFeedbackForm"];
            };
        };
        responses: {
            /** @description Recorded in the database. */
            201: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordedFeedback"];
                };
            };
            /** @description Recorded in the spool; available after the replay. */
            202: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordedFeedback"];
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
    health_older_shape: {
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
                    "application/json": components["schemas"]["LegacyHealth"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            /** @description The server is not in a good state; the body names the state. */
            503: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LegacyHealth"];
                };
            };
        };
    };
    create_labels: {
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
                "application/json": components["schemas"]["NewLabel"];
                "application/x-ndjson": components["schemas"]["NewLabel"];
            };
        };
        responses: {
            /** @description NDJSON: one line for each refused line, then the counts. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["NdjsonResult"];
                };
            };
            /** @description Recorded in the database. */
            201: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordedLabel"];
                };
            };
            /** @description Recorded in the spool, or the prediction has not arrived: `link` is `pending` until it does. */
            202: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordedLabel"];
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
    export_labels: {
        parameters: {
            query?: {
                /** @description Format of the file. */
                format?: components["parameters"]["Format"];
                /** @description Start of the range, inclusive, in ISO 8601. */
                from?: components["parameters"]["From"];
                /** @description End of the range, exclusive, in ISO 8601. */
                to?: components["parameters"]["To"];
                /** @description Only labels with this value. */
                label?: string;
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
    list_metric_events: {
        parameters: {
            query?: {
                /** @description Start of the range, inclusive, in ISO 8601. */
                from?: components["parameters"]["From"];
                /** @description End of the range, exclusive, in ISO 8601. */
                to?: components["parameters"]["To"];
                /** @description Only events of this type. */
                type?: components["parameters"]["Type"];
                /** @description Only records of this user. */
                user_id?: components["parameters"]["UserId"];
                /** @description Only events of this organisation. */
                org_id?: components["parameters"]["OrgId"];
                /** @description Only the event with this external id. */
                external_id?: components["parameters"]["ExternalId"];
                /** @description Maximum number of items. */
                limit?: components["parameters"]["Limit"];
                /** @description `next_cursor` of the previous page. */
                cursor?: components["parameters"]["Cursor"];
                /** @description Up to five parameters `data.<path>=<value>`, such as `data.user.plan=pro`. Only events whose `data` has the value at the path are included. */
                data_filters?: components["parameters"]["DataFilters"];
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
                    "application/json": components["schemas"]["MetricEventPage"];
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
    create_metric_events: {
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
                "application/json": components["schemas"]["NewMetricEvents"];
                "application/x-ndjson": components["schemas"]["NewMetricEvent"];
            };
        };
        responses: {
            /** @description NDJSON: one line for each refused line, then the counts. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["NdjsonResult"];
                };
            };
            /** @description Recorded in the database. */
            201: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordedMetricEvents"];
                };
            };
            /** @description Recorded in the spool; available after the replay. */
            202: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordedMetricEvents"];
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
    export_metric_events: {
        parameters: {
            query?: {
                /** @description Start of the range, inclusive, in ISO 8601. */
                from?: components["parameters"]["From"];
                /** @description End of the range, exclusive, in ISO 8601. */
                to?: components["parameters"]["To"];
                /** @description Only events of this type. */
                type?: components["parameters"]["Type"];
                /** @description Only records of this user. */
                user_id?: components["parameters"]["UserId"];
                /** @description Only events of this organisation. */
                org_id?: components["parameters"]["OrgId"];
                /** @description Only the event with this external id. */
                external_id?: components["parameters"]["ExternalId"];
                /** @description Format of the file. */
                format?: components["parameters"]["Format"];
                /** @description Up to five parameters `data.<path>=<value>`, such as `data.user.plan=pro`. Only events whose `data` has the value at the path are included. */
                data_filters?: components["parameters"]["DataFilters"];
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
    metric_event_stats: {
        parameters: {
            query?: {
                /** @description Start of the range, inclusive, in ISO 8601. */
                from?: components["parameters"]["From"];
                /** @description End of the range, exclusive, in ISO 8601. */
                to?: components["parameters"]["To"];
                /** @description Only events of this type. */
                type?: components["parameters"]["Type"];
                /** @description Only records of this user. */
                user_id?: components["parameters"]["UserId"];
                /** @description Only events of this organisation. */
                org_id?: components["parameters"]["OrgId"];
                /** @description Only the event with this external id. */
                external_id?: components["parameters"]["ExternalId"];
                /** @description Up to five parameters `data.<path>=<value>`, such as `data.user.plan=pro`. Only events whose `data` has the value at the path are included. */
                data_filters?: components["parameters"]["DataFilters"];
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
                    "application/json": components["schemas"]["MetricEventStats"];
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
    metric_event_types: {
        parameters: {
            query?: {
                /** @description Start of the range, inclusive, in ISO 8601. */
                from?: components["parameters"]["From"];
                /** @description End of the range, exclusive, in ISO 8601. */
                to?: components["parameters"]["To"];
                /** @description Only events of this type. */
                type?: components["parameters"]["Type"];
                /** @description Only records of this user. */
                user_id?: components["parameters"]["UserId"];
                /** @description Only events of this organisation. */
                org_id?: components["parameters"]["OrgId"];
                /** @description Only the event with this external id. */
                external_id?: components["parameters"]["ExternalId"];
                /** @description Up to five parameters `data.<path>=<value>`, such as `data.user.plan=pro`. Only events whose `data` has the value at the path are included. */
                data_filters?: components["parameters"]["DataFilters"];
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
                    "application/json": components["schemas"]["MetricEventTypeList"];
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
    get_metric_event: {
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
                    "application/json": components["schemas"]["MetricEvent"];
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
    predict: {
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
                "application/json": components["schemas"]["PredictRequest"];
            };
        };
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServedPrediction"];
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
    list_predictions: {
        parameters: {
            query?: {
                /** @description Maximum number of items. */
                limit?: components["parameters"]["Limit"];
                /** @description `next_cursor` of the previous page. */
                cursor?: components["parameters"]["Cursor"];
                /** @description Start of the range, inclusive, in ISO 8601. */
                from?: components["parameters"]["From"];
                /** @description End of the range, exclusive, in ISO 8601. */
                to?: components["parameters"]["To"];
                /** @description Only predictions of this model. */
                model?: components["parameters"]["Model"];
                /** @description Only predictions of this model version. */
                model_version?: components["parameters"]["ModelVersion"];
                /** @description Only predictions with this label. */
                label?: components["parameters"]["Label"];
                /** @description Only predictions with at least this confidence. */
                min_confidence?: number;
                /** @description Only predictions with at most this confidence. */
                max_confidence?: number;
                /** @description Only records of this user. */
                user_id?: components["parameters"]["UserId"];
                /** @description Only records of this session. */
                session_id?: components["parameters"]["SessionId"];
                /** @description Only predictions that were recorded under this `inference_id`. */
                inference_id?: components["parameters"]["InferenceId"];
                /** @description Filter by whether the prediction came from the cache. */
                cache_hit?: boolean;
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
                    "application/json": components["schemas"]["PredictionPage"];
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
    log_predictions: {
        parameters: {
            query?: {
                /** @description For NDJSON: `ids` adds one line to the response for each stored line, with its number, `id` and `feedback_token`. */
                return?: "ids";
            };
            header?: {
                /** @description Makes the request safe to repeat: for FL_IDEMPOTENCY_HOURS (24), the same key and body return the first response again. Ignored for NDJSON: give each line an `id` instead. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPrediction"];
                "application/x-ndjson": components["schemas"]["NewPrediction"];
            };
        };
        responses: {
            /** @description NDJSON: one line for each refused line, then the counts. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["NdjsonResult"];
                };
            };
            /** @description Recorded in the database. */
            201: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoggedPrediction"];
                };
            };
            /** @description Recorded in the spool; available after the replay. */
            202: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoggedPrediction"];
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
    export_predictions: {
        parameters: {
            query?: {
                /** @description Format of the file. */
                format?: components["parameters"]["Format"];
                /** @description Start of the range, inclusive, in ISO 8601. */
                from?: components["parameters"]["From"];
                /** @description End of the range, exclusive, in ISO 8601. */
                to?: components["parameters"]["To"];
                /** @description Only predictions of this model. */
                model?: components["parameters"]["Model"];
                /** @description Only predictions of this model version. */
                model_version?: components["parameters"]["ModelVersion"];
                /** @description Only predictions with this label. */
                label?: components["parameters"]["Label"];
                /** @description Only records of this user. */
                user_id?: components["parameters"]["UserId"];
                /** @description Only records of this session. */
                session_id?: components["parameters"]["SessionId"];
                /** @description Only predictions that were recorded under this `inference_id`. */
                inference_id?: components["parameters"]["InferenceId"];
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
    get_prediction: {
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
                    "application/json": components["schemas"]["PredictionWithFeedback"];
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
    vote: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewVote"];
            };
        };
        responses: {
            /** @description Recorded in the database. */
            201: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordedVote"];
                };
            };
            /** @description Recorded in the spool, or the prediction has not arrived: `link` is `pending` until it does. */
            202: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordedVote"];
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
    withdraw_vote: {
        parameters: {
            query?: {
                /** @description The rater, if the vote was sent with a `user_id`. */
                user_id?: string;
            };
            header?: never;
            path: {
                id: components["parameters"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Recorded in the database. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordedVote"];
                };
            };
            /** @description Recorded in the spool, or the prediction has not arrived: `link` is `pending` until it does. */
            202: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordedVote"];
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
    erase_subject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["SubjectId"];
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
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            422: components["responses"]["InvalidRequestProblem"];
            429: components["responses"]["TooManyRequestsProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            503: components["responses"]["UnavailableProblem"];
        };
    };
    export_subject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["SubjectId"];
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
                    "application/zip": string;
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
    export_votes: {
        parameters: {
            query?: {
                /** @description Format of the file. */
                format?: components["parameters"]["Format"];
                /** @description Start of the range, inclusive, in ISO 8601. */
                from?: components["parameters"]["From"];
                /** @description End of the range, exclusive, in ISO 8601. */
                to?: components["parameters"]["To"];
                /** @description Only votes that call the prediction correct, or wrong. */
                correct?: boolean;
                /** @description Only votes with this label. */
                label?: string;
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
    batch_older_path: {
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
                "application/json": components["schemas"]["BatchRequest"];
            };
        };
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PredictionBatch"];
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
    health: {
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
                    "application/json": components["schemas"]["HealthState"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            /** @description The server is not in a good state; the body names the state. */
            503: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthState"];
                };
            };
        };
    };
    liveness: {
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
                    "application/json": components["schemas"]["HealthState"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            /** @description The server is not in a good state; the body names the state. */
            503: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthState"];
                };
            };
        };
    };
    readiness: {
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
                    "application/json": components["schemas"]["HealthState"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            /** @description The server is not in a good state; the body names the state. */
            503: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthState"];
                };
            };
        };
    };
    startup: {
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
                    "application/json": components["schemas"]["HealthState"];
                };
            };
            400: components["responses"]["BadRequestProblem"];
            405: components["responses"]["MethodNotAllowedProblem"];
            414: components["responses"]["UriTooLongProblem"];
            415: components["responses"]["UnsupportedMediaTypeProblem"];
            431: components["responses"]["HeadersTooLargeProblem"];
            500: components["responses"]["InternalErrorProblem"];
            /** @description The server is not in a good state; the body names the state. */
            503: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthState"];
                };
            };
        };
    };
    predict_older_path: {
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
                "application/json": components["schemas"]["PredictRequest"];
            };
        };
        responses: {
            /** @description OK. */
            200: {
                headers: {
                    "X-Correlation-ID": components["headers"]["XCorrelationID"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServedPrediction"];
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
}

export const routes = {
  older_analytics_cache: 'GET /analytics/cache',
  older_analytics_label_distribution: 'GET /analytics/label-distribution',
  older_analytics_latency: 'GET /analytics/latency',
  older_analytics_models: 'GET /analytics/models',
  older_analytics_recent: 'GET /analytics/recent',
  older_analytics_sentiment_distribution: 'GET /analytics/sentiment-distribution',
  older_analytics_summary: 'GET /analytics/summary',
  older_analytics_timeseries: 'GET /analytics/timeseries',
  create_feedback_older_path: 'POST /api/feedback',
  analytics_cache: 'GET /api/v1/analytics/cache',
  analytics_label_distribution: 'GET /api/v1/analytics/label-distribution',
  analytics_latency: 'GET /api/v1/analytics/latency',
  analytics_models: 'GET /api/v1/analytics/models',
  analytics_recent: 'GET /api/v1/analytics/recent',
  analytics_sentiment_distribution: 'GET /api/v1/analytics/sentiment-distribution',
  analytics_summary: 'GET /api/v1/analytics/summary',
  analytics_timeseries: 'GET /api/v1/analytics/timeseries',
  batch: 'POST /api/v1/batch',
  create_feedback: 'POST /api/v1/feedback',
  health_older_shape: 'GET /api/v1/health',
  create_labels: 'POST /api/v1/labels',
  export_labels: 'GET /api/v1/labels/export',
  create_metric_events: 'POST /api/v1/metrics',
  list_metric_events: 'GET /api/v1/metrics',
  export_metric_events: 'GET /api/v1/metrics/export',
  metric_event_stats: 'GET /api/v1/metrics/stats',
  metric_event_types: 'GET /api/v1/metrics/types',
  get_metric_event: 'GET /api/v1/metrics/{id}',
  predict: 'POST /api/v1/predict',
  log_predictions: 'POST /api/v1/predictions',
  list_predictions: 'GET /api/v1/predictions',
  export_predictions: 'GET /api/v1/predictions/export',
  get_prediction: 'GET /api/v1/predictions/{id}',
  vote: 'PUT /api/v1/predictions/{id}/feedback',
  withdraw_vote: 'DELETE /api/v1/predictions/{id}/feedback',
  erase_subject: 'DELETE /api/v1/subjects/{id}',
  export_subject: 'GET /api/v1/subjects/{id}/export',
  export_votes: 'GET /api/v1/votes/export',
  batch_older_path: 'POST /batch',
  health: 'GET /health',
  liveness: 'GET /health/liveness',
  readiness: 'GET /health/readiness',
  startup: 'GET /health/startup',
  predict_older_path: 'POST /predict',
} as const satisfies Record<keyof operations, string>;

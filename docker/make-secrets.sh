#!/usr/bin/env bash
# Creates the secrets of docker/compose.production.yml. Existing ones are never changed. Keep docker/secrets apart from
# backups.
set -euo pipefail
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
make() { [ -s "secrets/$1" ] || printf '%s' "$2" >"secrets/$1"; }
random() { openssl rand -base64 48 | tr -dc 'A-Za-z0-9' | cut -c1-"$1"; }
make postgres_password "$(random 32)"
make db_uri "postgresql://feedback:$(cat secrets/postgres_password)@postgres:5432/feedback_loop"
make secret_key "$(random 48)"
make encryption_key "$(openssl rand -base64 32 | tr -d '\n')"
make metrics_key "$(random 40)"
make api_keys "$(cat secrets/metrics_key):read"
make grafana_password "$(random 24)"
# Containers read single files under various user ids; the folder itself is closed to all other users.
chmod 700 secrets
chmod 644 secrets/*
printf 'The secrets are in %s/secrets. The Grafana password of admin is in docker/secrets/grafana_password.\n' "$PWD"

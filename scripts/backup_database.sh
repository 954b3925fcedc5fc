#!/usr/bin/env bash
# Makes a checked backup of the database that FL_DB_URI or FL_DATA_DIR names, keeps BACKUP_KEEP_DAYS of them, and copies them to BACKUP_S3_URI
# when that is set. For cron and systemd timers: silent unless something is wrong, exit code 0 only when everything is done.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
folder=${BACKUP_DIR:-$root/backups}
keep=${BACKUP_KEEP_DAYS:-7}
mkdir -p "$folder"
chmod 700 "$folder"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! "${NODE:-node}" "$root/bin/feedback-loop.js" backup --to "$folder/" --keep-days "$keep" >"$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
if [ -n "${BACKUP_S3_URI:-}" ]; then
  # The bucket forgets by its own rule; what is deleted here must not vanish there by a mistake on this machine.
  aws s3 sync "$folder" "${BACKUP_S3_URI%/}/" --exclude '*' --include 'feedback-loop-*.backup.zip' --only-show-errors
fi

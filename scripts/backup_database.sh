#!/usr/bin/env bash
# Makes a checked backup of the database named by FL_DB_URI or FL_DATA_DIR, keeps backups for BACKUP_KEEP_DAYS days, and
# copies them to BACKUP_S3_URI if that is set. For cron and systemd timers: prints nothing unless something fails, and
# exits with 0 only when everything succeeded.
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
  # Does not delete from the bucket, which expires objects by its own rule: a mistake on this machine must not remove
  # backups there.
  aws s3 sync "$folder" "${BACKUP_S3_URI%/}/" --exclude '*' --include 'feedback-loop-*.backup.zip' --only-show-errors
fi

#!/bin/sh
# Makes a dump, checks it and deletes old ones. `daily` repeats this every day. Runs in PostgreSQL's own image, whose
# tools always match the server's version.
#   DATABASE_URI, or PGHOST, PGUSER, PGDATABASE and PGPASSWORD (or PGPASSWORD_FILE): the database
#   BACKUP_DIR (/backups), BACKUP_KEEP_DAYS (7): where dumps are kept, and for how long
set -eu
umask 077
folder=${BACKUP_DIR:-/backups}
[ -z "${PGPASSWORD_FILE:-}" ] || PGPASSWORD=$(cat "$PGPASSWORD_FILE")
export PGPASSWORD="${PGPASSWORD:-}"
if [ "${1:-}" != daily ]; then
  file="$folder/feedback-loop-$(date -u +%Y%m%dT%H%M%SZ).dump"
  trap 'rm -f "$file.part"' EXIT
  pg_dump --format=custom --no-owner --no-privileges --file="$file.part" ${DATABASE_URI:+--dbname="$DATABASE_URI"}
  pg_restore --list "$file.part" > /dev/null
  mv "$file.part" "$file"
  # Subtracts a day, so that no dump is older than the limit when the next one is made. Runs only after a good dump.
  find "$folder" -name 'feedback-loop-*.dump*' -mmin "+$(((${BACKUP_KEEP_DAYS:-7} - 1) * 1440 + 60))" -delete
  printf '%s\n' "$file"
  exit
fi
while :; do
  # Retries a failed dump after five minutes; meanwhile the health check notices the age of the newest one.
  # Uses a separate shell, because `set -e` is off inside a condition and a failure would look like success.
  if /bin/sh "$0"; then sleep 86400; else sleep 300; fi
done

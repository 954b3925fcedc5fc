#!/bin/sh
# With the tools of PostgreSQL's own image, whose version always fits: a dump, checked, and the old ones deleted. `daily` repeats it.
# DATABASE_URI, or PGHOST, PGUSER, PGDATABASE and PGPASSWORD (or PGPASSWORD_FILE), say which database; BACKUP_DIR and BACKUP_KEEP_DAYS where, and how long.
set -eu
umask 077
folder=${BACKUP_DIR:-/backups}
[ -z "${PGPASSWORD_FILE:-}" ] || PGPASSWORD=$(cat "$PGPASSWORD_FILE")
export PGPASSWORD="${PGPASSWORD:-}"
once() {
  file="$folder/feedback-loop-$(date -u +%Y%m%dT%H%M%SZ).dump"
  pg_dump --format=custom --no-owner --no-privileges --file="$file.part" ${DATABASE_URI:+--dbname="$DATABASE_URI"}
  pg_restore --list "$file.part" > /dev/null
  mv "$file.part" "$file"
  find "$folder" -name 'feedback-loop-*.dump*' -mtime "+${BACKUP_KEEP_DAYS:-7}" -delete
  printf '%s\n' "$file"
}
if [ "${1:-}" != daily ]; then
  once
  exit
fi
while :; do
  # What fails is tried again soon; the health check sees that the newest dump grows old.
  if once; then sleep 86400; else sleep 300; fi
done

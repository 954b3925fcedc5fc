#!/bin/sh
# With the tools of PostgreSQL's own image, whose version always fits: a dump, checked, and the old ones deleted. `daily` repeats it.
# DATABASE_URI, or PGHOST, PGUSER, PGDATABASE and PGPASSWORD (or PGPASSWORD_FILE), say which database; BACKUP_DIR and BACKUP_KEEP_DAYS where, and how long.
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
  # None is older than that when the next is made, a day later; only a good one lets others go.
  find "$folder" -name 'feedback-loop-*.dump*' -mmin "+$(((${BACKUP_KEEP_DAYS:-7} - 1) * 1440 + 60))" -delete
  printf '%s\n' "$file"
  exit
fi
while :; do
  # What fails is tried again soon; the health check sees that the newest dump grows old.
  # A shell of its own: in a condition `set -e` is off, and what failed would look done.
  if /bin/sh "$0"; then sleep 86400; else sleep 300; fi
done

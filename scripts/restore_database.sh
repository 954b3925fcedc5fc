#!/usr/bin/env bash
# Checks a backup, names the database that it would replace, asks for confirmation and restores it. Stop every server
# first.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
service=${FEEDBACK_LOOP_CLI:-/usr/local/bin/feedback-loop}
if [ $# -ne 1 ]; then
  printf 'usage: %s <backup>\n' "$0" >&2
  exit 2
fi
cli() {
  # Uses the database of the installed service unless this shell names another one.
  if [ -x "$service" ] && [ -z "${FL_DB_URI:-}${FL_DB_URI_FILE:-}${FL_DB_PATH:-}${FL_DATA_DIR:-}" ]; then
    "$service" "$@"
  else
    "${NODE:-node}" "$root/bin/feedback-loop.js" "$@"
  fi
}
backup=$(realpath "$1")
cli backup --check "$backup"
# Without --yes the command names the database and does not replace one that contains data.
status=0
cli restore --from "$backup" || status=$?
[ "$status" -ne 0 ] || exit 0
[ "$status" -eq 2 ] || exit "$status"
printf 'Type "restore" to replace that database with the backup; the present one is set aside: '
read -r answer
if [ "$answer" != restore ]; then
  printf 'Nothing was restored.\n' >&2
  exit 2
fi
cli restore --from "$backup" --yes

#!/usr/bin/env bash
# Checks a backup, asks, and puts it in the place of the database. Stop every server first.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
if [ $# -ne 1 ]; then
  printf 'usage: %s <backup>\n' "$0" >&2
  exit 2
fi
cli() { "${NODE:-node}" "$root/bin/feedback-loop.js" "$@"; }
cli backup --check "$1"
printf 'Type "restore" to put it in the place of the database; what is there is kept aside: '
read -r answer
if [ "$answer" != restore ]; then
  printf 'Nothing was restored.\n' >&2
  exit 2
fi
cli restore --from "$1" --yes

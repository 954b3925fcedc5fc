#!/bin/sh
# Restores a dump into a second database, then swaps the names and keeps the previous database. Runs in PostgreSQL's own
# image.
#   restore.sh <dump>
# PGHOST, PGUSER, PGDATABASE and PGPASSWORD select the database. No server may be connected to it.
set -eu
dump=${1:?usage: restore.sh <dump>}
database=${PGDATABASE:?set PGDATABASE to the name of the database}
restored="${database}_restored"
before="${database}_before_$(date -u +%Y%m%dT%H%M%SZ)"
run() { psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --dbname=postgres --command "$1"; }
pg_restore --list "$dump" > /dev/null
run "DROP DATABASE IF EXISTS \"$restored\""
run "CREATE DATABASE \"$restored\" TEMPLATE template0"
pg_restore --exit-on-error --single-transaction --no-owner --no-privileges --dbname="$restored" "$dump"
# Fails while a server is connected, before anything has changed.
run "ALTER DATABASE \"$database\" RENAME TO \"$before\""
run "ALTER DATABASE \"$restored\" RENAME TO \"$database\""
printf 'Restored. The previous database is now %s: delete it when everything works.\n' "$before"

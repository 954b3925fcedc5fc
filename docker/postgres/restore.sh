#!/bin/sh
# With the tools of PostgreSQL's own image: restores a dump beside the database, then swaps their names. What was there is kept.
#   restore.sh <dump>      PGHOST, PGUSER, PGDATABASE and PGPASSWORD say which database; no server may be connected to it
set -eu
dump=${1:?a dump that backup.sh has made}
database=${PGDATABASE:?the name of the database}
restored="${database}_restored"
before="${database}_before_$(date -u +%Y%m%dT%H%M%SZ)"
run() { psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --dbname=postgres --command "$1"; }
pg_restore --list "$dump" > /dev/null
run "DROP DATABASE IF EXISTS \"$restored\""
run "CREATE DATABASE \"$restored\" TEMPLATE template0"
pg_restore --exit-on-error --single-transaction --no-owner --no-privileges --dbname="$restored" "$dump"
# Refused while a server is connected: nothing has changed then.
run "ALTER DATABASE \"$database\" RENAME TO \"$before\""
run "ALTER DATABASE \"$restored\" RENAME TO \"$database\""
printf 'Restored. What was there is the database %s: delete it when you are content.\n' "$before"

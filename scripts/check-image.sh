#!/usr/bin/env bash
# Starts an image as in production (without root, read-only, with little memory) and sends it one prediction.
#   scripts/check-image.sh docker feedback-loop:0.2.0
set -euo pipefail
engine=${1:?docker or podman}
image=${2:?image}
size=$("$engine" image inspect "$image" --format '{{.Size}}')
id=$("$engine" run --detach --read-only --tmpfs /tmp --user 10001:10001 --cap-drop ALL --security-opt no-new-privileges \
  --memory 512m --tmpfs /data:uid=10001,gid=10001,mode=0700 --publish 127.0.0.1::8000 "$image")
trap '"$engine" rm --force "$id" >/dev/null' EXIT
address=http://$("$engine" port "$id" 8000/tcp | head -1)
started=$(date +%s%N)
until curl --silent --fail --max-time 1 "$address/health/startup" >/dev/null; do
  [ $(($(date +%s%N) - started)) -lt 30000000000 ] || { "$engine" logs "$id"; exit 1; }
  sleep 0.1
done
ms=$((($(date +%s%N) - started) / 1000000))
key=$("$engine" exec "$id" cat /data/admin.key)
curl --silent --fail "$address/api/v1/predict" -H "Authorization: Bearer $key" -H 'Content-Type: application/json' -d '{"text": "It works, how lovely!"}' | grep -q '"persisted":"database"'
"$engine" exec "$id" feedback-loop migrate check >/dev/null
printf '%s: %d MB, answers after %d ms\n' "$image" $((size / 1000000)) "$ms"

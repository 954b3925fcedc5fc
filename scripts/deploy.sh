#!/usr/bin/env bash
# Rolls out an image with kustomize: first the migrations of the new version, while the old pods still serve, then the
# pods one by one.
#   scripts/deploy.sh <overlay> <image> [--dry-run]
set -euo pipefail
cd "$(dirname "$0")/.."
overlay=${1:?overlay: dev, production or ephemeral}
image=${2:?image, such as ghcr.io/me/feedback-loop:1.2.3}
dry=${3:-}
folder=k8s/overlays/$overlay
[ -d "$folder" ] || { printf '%s does not exist.\n' "$folder" >&2; exit 2; }
work=$(mktemp -d -p k8s/overlays)
trap 'rm -rf "$work"' EXIT
cat > "$work/kustomization.yaml" <<YAML
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [../$overlay]
images:
  - name: feedback-loop
    newName: ${image%:*}
    newTag: "${image##*:}"
YAML
# Puts a hash of the configuration into the pod template. Pods read their settings only when they start, so a changed
# configuration has to start new ones.
hash=$(kubectl kustomize "$folder" | awk -v RS='---\n' '/kind: ConfigMap/' | sha256sum | cut -c 1-16)
cat >> "$work/kustomization.yaml" <<YAML
patches:
  - target: { kind: (StatefulSet|Deployment), name: feedback-loop }
    patch: |-
      - { op: add, path: /spec/template/metadata/annotations/feedback-loop.configuration, value: "$hash" }
YAML
kubectl kustomize "$work" > "$work/all.yaml"
if [ "$dry" = --dry-run ]; then
  cat "$work/all.yaml"
  exit 0
fi
if grep -q REPLACE "$work/all.yaml"; then
  printf '%s still contains REPLACE: set your own values.\n' "$folder" >&2
  exit 2
fi
namespace=$(awk '$1 == "namespace:" { print $2; exit }' "$folder/kustomization.yaml")
kind=statefulset
[ "$overlay" = ephemeral ] && kind=deployment
k() { kubectl --namespace "$namespace" "$@"; }
# Everything except the servers and their autoscaler. This includes the database of `dev`.
awk -v RS='---\n' '!/kind: (StatefulSet|Deployment|HorizontalPodAutoscaler)\n.*name: feedback-loop\n/ { print "---"; printf "%s", $0 }' "$work/all.yaml" > "$work/first.yaml"
if [ "$overlay" != dev ] && ! k get secret feedback-loop >/dev/null; then
  printf 'The Secret feedback-loop is missing in namespace %s: k8s/secret.example.yaml lists its contents.\n' "$namespace" >&2
  exit 2
fi
# Deletes the previous job, because a Job cannot be changed.
k delete job feedback-loop-migrate --ignore-not-found
kubectl apply -f "$work/first.yaml"
for _ in $(seq 360); do
  state=$(k get job feedback-loop-migrate -o jsonpath='{.status.conditions[?(@.status=="True")].type}')
  case $state in
    *Complete*) break ;;
    *Failed*) k logs job/feedback-loop-migrate --tail=50 >&2 || true; printf 'The migrations failed. The servers were not changed.\n' >&2; exit 1 ;;
  esac
  sleep 5
done
[[ $state == *Complete* ]] || { printf 'The migrations have taken more than 30 minutes. The servers were not changed.\n' >&2; exit 1; }
kubectl apply -f "$work/all.yaml"
k rollout status "$kind/feedback-loop" --timeout=15m

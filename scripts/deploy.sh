#!/usr/bin/env bash
# Rolls out an image with kustomize: the migrations of the new version first, with the old pods still serving, then the pods one by one.
#   scripts/deploy.sh <overlay> <image> [--dry-run]
set -euo pipefail
cd "$(dirname "$0")/.."
overlay=${1:?overlay: dev, production or ephemeral}
image=${2:?image, such as ghcr.io/me/feedback-loop:1.2.3}
dry=${3:-}
folder=k8s/overlays/$overlay
[ -d "$folder" ] || { printf 'There is no %s\n' "$folder" >&2; exit 2; }
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
# Pods read their settings when they start: with a hash of the configuration in their template another one starts others.
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
  printf 'Something in %s still says REPLACE.\n' "$folder" >&2
  exit 2
fi
namespace=$(awk '$1 == "namespace:" { print $2; exit }' "$folder/kustomization.yaml")
kind=statefulset
[ "$overlay" = ephemeral ] && kind=deployment
k() { kubectl --namespace "$namespace" "$@"; }
# Everything but the servers and what scales them; `dev` brings its database here too.
awk -v RS='---\n' '!/kind: (StatefulSet|Deployment|HorizontalPodAutoscaler)\n.*name: feedback-loop\n/ { print "---"; printf "%s", $0 }' "$work/all.yaml" > "$work/first.yaml"
if [ "$overlay" != dev ] && ! k get secret feedback-loop >/dev/null; then
  printf 'The Secret feedback-loop is missing in %s: k8s/secret.example.yaml says what it holds.\n' "$namespace" >&2
  exit 2
fi
# A Job cannot be changed: the last one goes.
k delete job feedback-loop-migrate --ignore-not-found
kubectl apply -f "$work/first.yaml"
for _ in $(seq 360); do
  state=$(k get job feedback-loop-migrate -o jsonpath='{.status.conditions[?(@.status=="True")].type}')
  case $state in
    *Complete*) break ;;
    *Failed*) k logs job/feedback-loop-migrate --tail=50 >&2 || true; printf 'The migrations failed: the servers were left as they are.\n' >&2; exit 1 ;;
  esac
  sleep 5
done
[[ $state == *Complete* ]] || { printf 'The migrations have taken more than 30 minutes: the servers were left as they are.\n' >&2; exit 1; }
kubectl apply -f "$work/all.yaml"
k rollout status "$kind/feedback-loop" --timeout=15m

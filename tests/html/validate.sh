#!/usr/bin/env bash
# Checks every HTML file of built sites with the W3C's validator; one error is a failure.
#
#   tests/html/validate.sh DIST…
#
# Needs java (Debian: default-jre-headless) and, once, `npm ci --ignore-scripts` in this folder.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
validator=$here/node_modules/vnu-jar/build/dist/vnu.jar

[[ $# -gt 0 ]] || { echo "name the folders of the built sites" >&2; exit 2; }
[[ -f $validator ]] || { echo "$validator is not there; run \`npm ci --ignore-scripts\` in $here" >&2; exit 2; }
pages=$(find "$@" -name '*.html' | wc -l)
[[ $pages -gt 0 ]] || { echo "no page in $*" >&2; exit 2; }

java -jar "$validator" --errors-only --skip-non-html "$@"
echo "$pages pages without an error, says vnu $(java -jar "$validator" --version)"

#!/bin/sh
# Renew the locks after a change of pyproject.toml: versions and hashes for every platform, no registry addresses.
set -eu
cd "$(dirname "$0")/.."
compile="uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q"
$compile pyproject.toml deploy/build.in -o deploy/requirements.txt "$@"
$compile pyproject.toml deploy/build.in --extra dev -o deploy/requirements-dev.txt "$@"
$compile deploy/node.in -o deploy/requirements-node.txt "$@"

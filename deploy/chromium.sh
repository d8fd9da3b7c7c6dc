#!/bin/sh
# The browser tests need Chromium with Chinese fonts: an installed one, else Debian's packages when we are root. Without
# windows (chromium-headless-shell) it opens a page in a quarter of the time; --fast asks for that one where there is another.
set -eu
has() { command -v "$1" >/dev/null 2>&1; }
may_install() { [ "$(id -u)" = 0 ] && has apt-get; }
install() { timeout 300 sh -c 'apt-get update -qq && apt-get install -y -qq "$@" >/dev/null' sh "$@"; }

has chromium-headless-shell && exit 0
if [ "${1:-}" = --fast ] && may_install && install chromium-headless-shell fonts-noto-cjk; then exit 0; fi
for name in chromium chromium-browser google-chrome google-chrome-stable; do
  if has "$name"; then exit 0; fi
done
[ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ] && exit 0
if may_install; then
  install chromium-headless-shell fonts-noto-cjk || install chromium fonts-noto-cjk
  exit 0
fi
echo "The browser tests need Chromium. Install it (Debian: apt-get install chromium fonts-noto-cjk) and run make test again." >&2
exit 1

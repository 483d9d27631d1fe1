#!/bin/sh
# Prints the Chromium that the browser tests will drive; root on Debian has it installed when there is none.
set -eu

find_chromium() {
    for name in ${CHROMIUM:-} chromium chromium-browser google-chrome google-chrome-stable; do
        if command -v "$name" >/dev/null 2>&1 && "$name" --version >/dev/null 2>&1; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

find_chromium && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing chromium ..." >&2
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends \
        chromium fonts-dejavu-core; } >&2 || true
    find_chromium && exit 0
fi
echo "The browser tests need Chromium: install the package chromium (as root: apt-get install chromium)," \
    "or set CHROMIUM to the path of Chromium or Chrome." >&2
exit 1

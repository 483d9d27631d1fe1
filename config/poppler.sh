#!/bin/sh
# Prints the pdfsig (poppler) with which the tests check signatures a second way; root on Debian has it installed.
# certutil (NSS) is needed too: it makes the store of trusted authorities that pdfsig reads.
set -eu

find_pdfsig() {
    for name in ${PDFSIG:-} pdfsig; do
        if command -v "$name" >/dev/null 2>&1 && command -v certutil >/dev/null 2>&1; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

find_pdfsig && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing poppler's tools ..." >&2
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends \
        poppler-utils libnss3-tools; } >&2 || true
    find_pdfsig && exit 0
fi
echo "The signing tests need pdfsig and certutil: install the packages poppler-utils and libnss3-tools (as root:" \
    "apt-get install poppler-utils libnss3-tools), or set PDFSIG to the path of pdfsig." >&2
exit 1

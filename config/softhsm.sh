#!/bin/sh
# Prints the PKCS#11 module of SoftHSM with which the tests sign; root on Debian has it installed when there is none.
set -eu

find_module() {
    for path in ${SOFTHSM:-} /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so \
        /usr/lib64/pkcs11/libsofthsm2.so /usr/local/lib/softhsm/libsofthsm2.so \
        /opt/homebrew/lib/softhsm/libsofthsm2.so; do
        if [ -f "$path" ] && command -v softhsm2-util >/dev/null 2>&1; then
            echo "$path"
            return 0
        fi
    done
    return 1
}

find_module && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing SoftHSM ..." >&2
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends softhsm2; } >&2 || true
    find_module && exit 0
fi
echo "The signing tests need SoftHSM, a security module made of software: install the package softhsm2 (as root:" \
    "apt-get install softhsm2), or set SOFTHSM to the path of libsofthsm2.so." >&2
exit 1

#!/bin/sh
# Prints the Python that will be used. Says in one sentence what the system lacks; root on Debian has it installed.
set -eu

fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
whole() { "$1" -c 'import ensurepip, venv, ssl, zlib' 2>/dev/null; }

find_python() {
    for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null 2>&1 && fits "$name" && { [ "$1" = any ] || whole "$name"; }; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
    echo "Installing $* ..." >&2
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends "$@"; } >&2
}

python=$(find_python whole) && { echo "$python"; exit 0; }

if python=$(find_python any); then
    version=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
    lacks="the modules venv and ensurepip of $python (on Debian or Ubuntu: package $version-venv)"
    wanted="$version-venv"
else
    lacks="Python 3.11 or newer with venv (on Debian 12 or Ubuntu 24.04 and later: packages python3 and python3-venv)"
    wanted="python3 python3-venv"
fi

# shellcheck disable=SC2086
if install $wanted && python=$(find_python whole); then
    echo "$python"
    exit 0
fi
echo "Jenjang needs $lacks; install it and run the same command again." >&2
exit 1

#!/bin/sh
# Prints the LibreOffice with which the tests edit workbooks; root on Debian has it installed when there is none.
# Its Python bridge (uno) is needed too: the tests change cells in a document that LibreOffice has opened.
set -eu

find_soffice() {
    for name in ${SOFFICE:-} soffice libreoffice; do
        if command -v "$name" >/dev/null 2>&1 && has_bridge "$(readlink -f "$(command -v "$name")")"; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

# Debian's LibreOffice is driven by the system's Python, others bring one along.
has_bridge() {
    for python in "$(dirname "$1")/python" /usr/bin/python3; do
        if [ -x "$python" ] && "$python" -c "import uno" >/dev/null 2>&1; then
            return 0
        fi
    done
    return 1
}

find_soffice && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing LibreOffice Calc ..." >&2
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends \
        libreoffice-calc-nogui python3-uno; } >&2 || true
    find_soffice && exit 0
fi
echo "The workbook tests need LibreOffice Calc and its Python bridge: install the packages libreoffice-calc-nogui and" \
    "python3-uno (as root: apt-get install libreoffice-calc-nogui python3-uno), or set SOFFICE to the path of soffice." >&2
exit 1

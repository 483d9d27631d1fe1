#!/bin/sh
# A dump of the database, then a copy of the files: in this order, because a file without its row is harmless and a row
# without its file is not (docs/restore.md). BACKUP is the folder, best on another machine's disk; KEEP the number of dumps.
set -eu
umask 077
: "${DATABASE_DUMP_URL:?says where the database is, as a superuser: no role of the site reads all of it}" "${JENJANG_DATA:?says where the files are}" "${BACKUP:?says where to put them}"
PG_DUMP=${PG_DUMP:-pg_dump} PG_RESTORE=${PG_RESTORE:-pg_restore} KEEP=${KEEP:-14}
mkdir -p "$BACKUP/files"
name=jenjang-$(date -u +%Y-%m-%dT%H%M%SZ).dump

"$PG_DUMP" --format=custom --file="$BACKUP/$name.new" "$DATABASE_DUMP_URL"
"$PG_RESTORE" --list "$BACKUP/$name.new" > /dev/null
sync "$BACKUP/$name.new"
mv "$BACKUP/$name.new" "$BACKUP/$name"

# Files are never changed once they are there, so only new ones are copied. Nothing is taken away from the copy.
if [ -d "$JENJANG_DATA/files" ]; then
    cp -a --update=none "$JENJANG_DATA/files/." "$BACKUP/files/" 2>/dev/null || cp -an "$JENJANG_DATA/files/." "$BACKUP/files/"
fi

ls -1 "$BACKUP" | grep '^jenjang-.*\.dump$' | sort -r | tail -n +$((KEEP + 1)) | while read -r old; do rm -f "$BACKUP/$old"; done
echo "$BACKUP/$name"

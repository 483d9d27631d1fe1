"""A process of its own that looks at files as the site does: `python -m tests.submissions.looking <folder> <bytes>`.

For each file, in the order of the names, a line of JSON with what was found and the seconds of the processor that it took,
whatever else the machine does; at last the peak of memory.
"""

import json
import resource
import sys
import time
from pathlib import Path

import django

django.setup()

from submissions.evidence_images import noted, public_copy  # noqa: E402
from submissions.evidence_types import FileRefused, kind_of  # noqa: E402


def look(content: bytes) -> str:
    """The MIME type as which a file would be kept, or why it would not."""
    try:
        kind = kind_of(content, "x")
    except FileRefused as refused:
        return refused.code
    if kind.mime.startswith("image/"):
        noted(content)
        public_copy(content)
    return kind.mime


def peak() -> int:
    """Kilobytes that were in memory at most. Not `ru_maxrss`, which a process takes over from its parent."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def main(folder: Path, limit: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    for place in sorted(folder.iterdir()):
        content = place.read_bytes()
        began = time.process_time()
        found = look(content)
        print(json.dumps({"found": found, "seconds": time.process_time() - began}))  # noqa: T201
    print(peak())  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

#!/usr/bin/env python3
"""A month by program: enter from a CSV file, attach evidence, submit, verify, sign. Standard library only.

    export JENJANG_OFFICER=jjg_... JENJANG_VERIFIER=jjg_... JENJANG_SIGNER=jjg_...
    python client.py --base https://jenjang.example --month 2026-01 month.csv

Each key is one person's (page "Keys for programs", may act). The signer is asked for a code of the authenticator app and for
the passphrase of the signing key; neither is kept. One row of the file is one budget line:

    unit,code,status,increment,account,fund,realized,evidence,why
    1.03.1.04.0.00.01.0000,1.03.10.2.01.0051,PELAKSANAAN,10,5.1.02.01.001.00001,PAD,12500000.00,foto.png,Sesuai SP2D 17

`increment` is progress in points ("volume" instead, where it is counted in output units); `evidence` a file beside the CSV;
`why` answers the warnings of the rules. Other columns with the name of a cell are taken as they are (problem_text,
follow_up_text, follow_up_due, follow_up_answer, public_note; problems as codes with blanks between them).
Run it again after an interruption: every act carries a key of its own, so nothing is done twice.
"""

import argparse
import csv
import getpass
import hashlib
import json
import mimetypes
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CELLS = (
    "status", "increment", "volume", "physical_reason", "problem_text", "follow_up_text", "follow_up_pic", "follow_up_due",
    "follow_up_answer", "public_note",
)  # fmt: skip
PATIENCE = 120  # seconds that a document may take to be prepared


def tell(line: str) -> None:
    """Say something on the terminal."""
    sys.stdout.write(f"{line}\n")


class Refused(Exception):
    """The server said no: a problem (RFC 9457) with its sentence and, for each cell, what is wrong with it."""

    def __init__(self, problem: dict[str, Any]) -> None:
        lines = [problem.get("detail", "refused")]
        lines += [
            f"  {part.get('cell') or part.get('pointer', '')}: {part['detail']}"
            for part in problem.get("errors") or ()
        ]
        super().__init__("\n".join(lines))
        self.status, self.code = problem.get("status"), problem.get("code")


class Api:
    """One person's way in."""

    def __init__(self, base: str, key: str) -> None:
        self.base, self.key = f"{base.rstrip('/')}/api/v1", key

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        seen: str = "",
        once: str = "",
        kind: str = "application/json",
        raw: bytes | None = None,
    ) -> tuple[Any, str]:
        """(answer, ETag). `seen`: the ETag that was read; `once`: the name of an act that must not happen twice."""
        headers = {
            "Authorization": f"Bearer {self.key}",
            "Accept": "application/json",
            "Accept-Language": "en",
        }
        data = raw if raw is not None else json.dumps(body).encode() if body is not None else None
        headers |= {"Content-Type": kind} if data is not None else {}
        headers |= {"If-Match": seen} if seen else {}
        headers |= {"Idempotency-Key": hashlib.sha256(once.encode()).hexdigest()} if once else {}
        request = urllib.request.Request(f"{self.base}{path}", data, headers, method=method)  # noqa: S310 - told by the user
        for _ in range(5):
            try:
                with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
                    content = response.read()
                    return (json.loads(content) if content else None), response.headers.get("ETag", "")
            except urllib.error.HTTPError as error:
                wait = int(error.headers.get("Retry-After") or 0)
                if not wait or error.code not in (409, 429, 503):
                    raise Refused(json.loads(error.read() or b"{}")) from None
                time.sleep(min(wait, 60))
        raise Refused({"detail": f"{method} {path}: the server stays busy"})

    def read(self, path: str) -> bytes:
        """A file."""
        headers = {"Authorization": f"Bearer {self.key}"}
        request = urllib.request.Request(f"{self.base}{path}", headers=headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
            return bytes(response.read())

    def all(self, path: str, **query: str) -> Iterator[dict[str, Any]]:
        """Every row of a list, part after part."""
        cursor: str | None = ""
        while cursor is not None:
            asked = urllib.parse.urlencode({**query, "limit": 200, "cursor": cursor})
            part, _ = self.ask("GET", f"{path}?{asked}")
            yield from part["items"]
            cursor = part["next"]

    def attach(self, report: str, file: Path) -> Any:
        """Bring a file; the same file again is the same evidence."""
        mark = f"----{hashlib.sha256(str(time.time_ns()).encode()).hexdigest()[:24]}"
        mime = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\nContent-Type: {mime}\r\n\r\n'
        raw = head.encode() + file.read_bytes() + f"\r\n--{mark}--\r\n".encode()
        kept, _ = self.ask(
            "POST", f"/reports/{report}/evidence", kind=f"multipart/form-data; boundary={mark}", raw=raw
        )
        return kept


def rows_by_report(path: Path) -> dict[tuple[str, str], list[dict[str, str]]]:
    """The file's rows by unit and sub-activity."""
    found: dict[tuple[str, str], list[dict[str, str]]] = {}
    with path.open(newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            found.setdefault((row["unit"], row["code"]), []).append(row)
    return found


def entry_of(rows: list[dict[str, str]]) -> dict[str, Any]:
    """What the API takes, from the rows of one sub-activity."""
    first = rows[0]
    entry: dict[str, Any] = {name: first[name] for name in CELLS if first.get(name)}
    if first.get("problems"):
        entry["problems"] = first["problems"].split()
    entry["lines"] = [
        {"account": row["account"], "fund": row["fund"], "realized": row["realized"]}
        for row in rows
        if row.get("realized")
    ]
    return entry


def enter(officer: Api, month: str, path: Path) -> list[str]:
    """Enter and attach everything; the reports of the file."""
    wanted = rows_by_report(path)
    mine = {(one["unit"], one["code"]): one for one in officer.all("/reports", month=month, mine="true")}
    missing = sorted(set(wanted) - set(mine))
    if missing:
        raise Refused({"detail": f"No report of {month} to enter for: {missing}"})
    for place, rows in wanted.items():
        report = mine[place]
        if report["state"] not in ("draft", "returned"):
            continue
        address = f"/reports/{report['id']}/entry"
        answer, seen = officer.ask("PATCH", address, entry_of(rows), seen=report["etag"])
        why = next((row["why"] for row in rows if row.get("why")), "")
        answers = [
            explanation(one["cell"], why)
            for one in answer["findings"]
            if one["cell"].startswith("explanations/")
        ]
        if answers and why:
            officer.ask("PATCH", address, {"explanations": answers}, seen=seen)
        for name in {row["evidence"] for row in rows if row.get("evidence")}:
            officer.attach(report["id"], path.parent / name)
        tell(f"entered    {place[1]}")
    return [mine[place]["id"] for place in wanted]


def explanation(cell: str, why: str) -> dict[str, str]:
    """The answer to a warning, from the cell that it names: explanations/<rule>[/<account>/<fund>]."""
    _, rule, *line = cell.split("/", 3)
    return {"rule": rule, "text": why} | ({"account": line[0], "fund": line[1]} if line else {})


def act(who: Api, verb: str, reports: list[str], wanted: tuple[str, ...], **more: str) -> None:
    """One act on all of them that are in the state `wanted`; says of each what became of it."""
    now = [who.ask("GET", f"/reports/{one}")[0] for one in reports]
    seen = [{"id": one["id"], "version": one["version"]} for one in now if one["state"] in wanted]
    if not seen:
        return
    once = json.dumps([verb, seen], sort_keys=True)
    result, _ = who.ask("POST", f"/reports/bulk/{verb}", {"reports": seen, **more}, once=once)
    tell(f"{verb:<10} {result['done']} done, {result['refused']} refused")
    if result["refused"]:
        errors = [
            {"cell": one["id"], "detail": one["detail"]} for one in result["outcomes"] if not one["done"]
        ]
        raise Refused({"detail": f"Not everything could be done: {verb}", "errors": errors})


def sign(signer: Api, reports: list[str], save: Path) -> None:
    """Have the document prepared, read it, sign it; the reports are published by that."""
    now = [signer.ask("GET", f"/reports/{one}")[0] for one in reports]
    seen = [{"id": one["id"], "version": one["version"]} for one in now if one["state"] == "verified"]
    if not seen:
        return
    batch, _ = signer.ask("POST", "/reports/bulk/sign", {"reports": seen})
    deadline = time.monotonic() + PATIENCE
    while batch["state"] == "preparing" and time.monotonic() < deadline:
        time.sleep(1)
        batch, _ = signer.ask("GET", f"/batches/{batch['id']}")
    if batch["state"] != "prepared":
        raise Refused(
            {"detail": f"The document is {batch['state']}: {batch['refusal'] or 'ask again later'}"}
        )
    content = signer.read(f"/batches/{batch['id']}/document")
    if hashlib.sha256(content).hexdigest() != batch["prepared_sha256"]:
        raise Refused({"detail": "The document that came is not the one that was prepared."})
    save.write_bytes(content)
    tell(f"to sign    {batch['document_no']}, {len(seen)} reports: read {save}")
    said = {
        "manifest_sha256": batch["manifest_sha256"],
        "accepted": asked("I have read it and answer for it (yes): ") == "yes",
    }
    said |= {"code": asked("Code of the app: "), "passphrase": asked("Passphrase of the key: ", secret=True)}
    done, _ = signer.ask("POST", f"/batches/{batch['id']}/sign", said)
    tell(f"signed     {done['document_no']} is {done['state']}; anybody can check it at {done['verify_url']}")


def asked(question: str, secret: bool = False) -> str:
    """What the person at the terminal says; a line of standard input where there is none."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    return getpass.getpass(question) if secret else input(question)


def main() -> None:
    """Enter, submit, verify and sign a month."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path, help="the CSV file")
    parser.add_argument("--base", required=True, help="address of the site")
    parser.add_argument("--month", required=True, help="for example 2026-01")
    parser.add_argument(
        "--save", type=Path, default=Path("document.pdf"), help="where the document to be signed is put"
    )
    said = parser.parse_args()
    officer, verifier, signer = (
        Api(said.base, os.environ[f"JENJANG_{name}"]) for name in ("OFFICER", "VERIFIER", "SIGNER")
    )
    try:
        reports = enter(officer, said.month, said.file)
        statement, _ = officer.ask("GET", "/statement")
        tell(f"declared   {statement['text']}")
        act(officer, "submit", reports, ("draft", "returned"), statement=statement["version"])
        for one in reports:
            verifier.ask("POST", f"/reports/{one}/open")
        act(verifier, "verify", reports, ("submitted",))
        sign(signer, reports, said.save)
    except Refused as refused:
        sys.exit(str(refused))


if __name__ == "__main__":
    main()

"""The log as a file that says who won, and recomputing it without a database: `bdhvs contest verify FILE`.

JSON lines of kinds contest, question, outage, group, participant, answer, place, group_place, and at the end the
SHA-256 of every byte before. Nothing in it names a person: participants have random ids made for this contest.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from lessons.contest.boards import Boards, boards
from lessons.contest.draw import BankEntry, BankTooSmallError, Wanted, draw
from lessons.contest.rules import Answer, Group, Key, Log, Outage, Participant, Rules

FORMAT = 1
HASH = "hash"


class LogFileError(ValueError):
    """The file is no contest log that this program can read."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """How the questions came: drawn by ``seed`` from ``bank``, or chosen by people (``wanted`` None)."""

    seed: str
    wanted: Wanted | None = None
    bank: Sequence[BankEntry] = field(default=())


@dataclass(frozen=True, slots=True)
class Verified:
    """What a file says and what is wrong with it; ``problems`` is empty for one that is as it was frozen."""

    name: str
    digest: str
    boards: Boards
    problems: tuple[str, ...]


def log_file(name: str, log: Log, drawn: Drawn, texts: Mapping[str, Mapping[str, Any]]) -> str:
    """The file of a log with its boards. ``texts`` are the questions in words by id, for who reads the file.

    The same log, in any order, gives the same file.
    """
    head = {
        "kind": "contest", "format": FORMAT, "name": name, "starts": log.starts, "ends": log.ends,
        "rules": log.rules.to_json(), "seed": drawn.seed,
        "wanted": drawn.wanted.to_json() if drawn.wanted else None,
        "bank": [[one.id, one.skill, one.difficulty] for one in drawn.bank],
    }  # fmt: skip
    lines: list[dict[str, Any]] = [head]
    for key in sorted(log.keys, key=lambda one: one.number):
        lines.append({"kind": "question", **asdict(key), "words": texts.get(key.question_id, {})})
    outages = sorted(log.outages, key=lambda one: (one.started, one.ended))
    lines += [{"kind": "outage", **asdict(one)} for one in outages]
    lines += [{"kind": "group", **asdict(one)} for one in sorted(log.groups, key=lambda one: one.id)]
    lines += [{"kind": "participant", **asdict(one)} for one in sorted(log.participants, key=lambda one: one.id)]
    ordered = sorted(log.answers, key=lambda one: (one.participant, one.number, one.received, one.asked, one.chosen))
    lines += [{"kind": "answer", **asdict(one)} for one in ordered]
    lines += _result_lines(boards(log))
    body = "".join(_line(one) for one in lines)
    return body + _line({"kind": HASH, "sha256": _digest(body)})


def digest_of(file: str) -> str:
    """The hash that a file ends with. Raises LogFileError."""
    _body, last = _parted(file)
    return str(last["sha256"])


def verify(file: str) -> Verified:
    """Recompute a file from its own log. Raises LogFileError for what is no such file."""
    body, last = _parted(file)
    by_kind = _by_kind(body)
    try:
        head = by_kind["contest"][0]
        if head["format"] != FORMAT:
            raise LogFileError(f"a log of format {head['format']}; this program reads {FORMAT}")
        log = _log(head, by_kind)
        found = boards(log)
        problems = [*_wrong_hash(body, str(last["sha256"])), *_wrong_draw(head, log)]
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise LogFileError(f"not a contest log: {error!r}") from error
    problems += _doubtful(log)
    written = [*by_kind["place"], *by_kind["group_place"]]
    if written != _result_lines(found):
        problems.append("the places written in the file are not those that its answers give")
    return Verified(str(head["name"]), _digest(body), found, tuple(problems))


def places_in(file: str) -> dict[str, dict[str, Any]]:
    """The lines of the people's board by participant, as they are written: quick, nothing is recomputed."""
    lines = (json.loads(line) for line in file.split("\n") if '"kind":"place"' in line)
    return {line["participant"]: line for line in lines if line.get("kind") == "place"}


def _result_lines(found: Boards) -> list[dict[str, Any]]:
    people = [
        {"kind": "place", "place": row.place, "participant": row.participant.id, **asdict(row.score)}
        for row in found.people
    ]
    groups = [
        {
            "kind": "group_place", "place": row.place, "group": row.group.id, "players": row.players,
            "needed": row.needed, "points": row.points, "average": row.average,
        }
        for row in found.groups
    ]  # fmt: skip
    return [*people, *groups]


def _line(one: Mapping[str, Any]) -> str:
    return json.dumps(one, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8")).hexdigest()


def _parted(file: str) -> tuple[str, dict[str, Any]]:
    """Everything but the last line, and the last line read."""
    # Not splitlines: a name may hold one of the rarer line ends of Unicode.
    body, _, end = file.removesuffix("\n").rpartition("\n")
    try:
        last = json.loads(end)
        if last["kind"] != HASH or not isinstance(last["sha256"], str):
            raise LogFileError("the last line does not hold the hash: the file is cut or no contest log")
    except (ValueError, KeyError, TypeError) as error:
        raise LogFileError("the last line does not hold the hash: the file is cut or no contest log") from error
    return body + "\n", last


def _by_kind(body: str) -> defaultdict[str, list[dict[str, Any]]]:
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for number, line in enumerate(body.removesuffix("\n").split("\n"), 1):
        try:
            read = json.loads(line)
            found[read["kind"]].append(read)
        except (ValueError, KeyError, TypeError) as error:
            raise LogFileError(f"line {number} is not a line of a contest log") from error
    return found


def _log(head: Mapping[str, Any], by_kind: Mapping[str, list[dict[str, Any]]]) -> Log:
    def rows(kind: str) -> list[dict[str, Any]]:
        left_out = ("kind", "words")
        return [{name: value for name, value in row.items() if name not in left_out} for row in by_kind[kind]]

    return Log(
        Rules.from_json(head["rules"]),
        head["starts"],
        head["ends"],
        [Key(**row) for row in rows("question")],
        [Participant(**row) for row in rows("participant")],
        [Answer(**row) for row in rows("answer")],
        [Group(**row) for row in rows("group")],
        [Outage(**row) for row in rows("outage")],
    )


def _wrong_hash(body: str, written: str) -> list[str]:
    return [] if _digest(body) == written else [f"the hash does not fit: the file gives {_digest(body)}, not {written}"]


def _wrong_draw(head: Mapping[str, Any], log: Log) -> list[str]:
    if head["wanted"] is None:
        return []
    bank = [BankEntry(*entry) for entry in head["bank"]]
    try:
        drawn = draw(bank, Wanted.from_json(head["wanted"]), head["seed"])
    except BankTooSmallError as error:
        return [str(error)]
    asked = [key.question_id for key in sorted(log.keys, key=lambda one: one.number)]
    return [] if drawn == asked else ["the seed does not draw these questions from the bank"]


def _doubtful(log: Log) -> list[str]:
    """What the program never writes: somebody changed the log."""
    problems = []
    if len({one.id for one in log.participants}) < len(log.participants):
        problems.append("a participant is listed twice")
    if len({(one.participant, one.number) for one in log.answers}) < len(log.answers):
        problems.append("a participant has two answers to a question")
    if not {one.participant for one in log.answers} <= {one.id for one in log.participants}:
        problems.append("an answer is of nobody who took part")
    if any(one.attempt > log.rules.attempts for one in log.participants):
        problems.append("somebody has more attempts than the rules allow")
    return problems

"""The private data of buttons: a version, a verb and its arguments, at most 64 bytes.

What comes back is text from anybody: ``parse`` accepts only the known form, and each dialogue checks its arguments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

PAYLOAD_LIMIT = 64  # bytes: Telegram's callback_data
VERSION = "1"  # raise when a verb changes its meaning: buttons of older messages then say that they are old
START_PREFIX = "start:"  # links and QR codes name a residential group: start:<join code>, or a contest
BLOCKED = "blocked"  # a channel reports that the resident shut the door
UNBLOCKED = "unblocked"  # and that it is open again
JOIN_CODE = re.compile(r"[A-Za-z0-9_-]{1,32}")
_FORM = re.compile(r"1([a-z]{2})((?::[a-z0-9.\-]{1,40})*)")


class Verb(StrEnum):
    """What a button asks for."""

    START = "sa"
    AGREE = "ok"
    ANONYMOUS = "an"
    MENU = "mn"
    HOW_TO_ASK = "hd"
    WARDS = "wl"
    WARD = "wd"
    GROUPS = "gl"
    GROUP = "gr"
    JOIN = "jn"
    CHOICE = "ch"
    RIGHT = "rt"
    WRONG = "wr"
    TELL_ME = "tm"
    NONE_OF_THESE = "no"
    FOLLOW = "fo"
    TOLD_RIGHT = "tr"
    TOLD_WRONG = "tw"
    OFFICES = "of"
    COURSES = "cs"
    COURSE = "co"
    LESSON = "le"
    RESUME = "go"
    NEXT = "nx"
    LISTEN = "li"
    HANDOUT = "ho"
    OPTION = "op"
    SUBMIT = "su"
    AGAIN = "ag"
    UNKNOWN = "uk"
    REVIEW = "rv"
    REMIND = "rm"
    PLACEMENT = "pl"
    PROGRESS = "pr"
    CERTIFICATE = "ce"
    PAPER_NAME = "pn"
    PAPER_RENAME = "px"
    SETTINGS = "se"
    EASY = "ez"
    ADDRESSES = "al"
    ADDRESS = "ad"
    MY_DATA = "md"
    RENAME = "rn"
    NO_NAME = "nn"
    KEEP_NAME = "kn"
    DELETE = "de"
    DELETE_YES = "dy"
    DELETE_NO = "dn"
    STOP = "st"
    UNSTOP = "us"
    HUMAN = "hu"
    HUMAN_END = "he"
    TEAM_LESSONS = "vl"
    TEAM_LESSON = "vp"
    TEAM_CONFIRM = "vc"
    TEAM_NEIGHBOUR = "vn"
    TEAM_SESSION = "vs"
    TEAM_TAUGHT_COURSE = "vt"
    TEAM_TAUGHT = "vd"
    TEAM_CANCEL = "vx"
    TEAM_COME = "va"
    TEAM_MARK = "vm"
    TEAM_STEER = "vw"
    TEAM_READERS = "vr"
    TEAM_ONLY = "vo"
    LINK = "ln"
    LINK_YES = "ly"
    UNLINK = "ul"
    UNLINK_YES = "uy"
    AGES = "aa"
    AGE = "ab"
    CONSENTS = "cn"
    AGREE_TO = "at"
    WITHDRAW = "wi"
    WITHDRAW_YES = "wy"
    MINOR = "mi"
    NOT_MINOR = "nm"
    PERMIT_CHILD = "pc"
    CHILD_YES = "cy"
    CHILD_END = "cd"
    CHILD_END_YES = "cx"
    LEARNERS = "hl"
    LEARNER = "hv"
    LEARNER_CODE = "hc"
    LEARNER_AGES = "ha"
    LEARNER_AGE = "hg"
    LEARNER_DELETE = "hx"
    LEARNER_END = "hy"
    CONTESTS = "ct"
    CONTEST = "ci"
    CONTEST_JOIN = "cj"
    CONTEST_GO = "cg"
    CONTEST_ANSWER = "cq"
    CONTEST_PRACTICE = "cp"
    CONTEST_TRY = "ck"
    CONTEST_LIVE = "cv"


@dataclass(frozen=True, slots=True)
class Tap:
    """A tapped button, read."""

    verb: Verb
    args: tuple[str, ...]


def make(verb: Verb, *args: str | int) -> str:
    """The payload of a button. Raises ValueError when it would not survive every channel."""
    payload = ":".join([VERSION + verb.value, *(str(arg) for arg in args)])
    if len(payload.encode()) > PAYLOAD_LIMIT or _FORM.fullmatch(payload) is None:
        raise ValueError(f"not a payload: {payload!r}")
    return payload


def parse(payload: str) -> Tap | None:
    """The tap a payload means; None for anything that is not exactly of our form and version."""
    if len(payload) > PAYLOAD_LIMIT:
        return None
    found = _FORM.fullmatch(payload)
    if found is None or found.group(1) not in Verb._value2member_map_:
        return None
    return Tap(Verb(found.group(1)), tuple(found.group(2).split(":")[1:]))


def number(args: tuple[str, ...], position: int) -> int | None:
    """The argument at a position as a whole number of at most nine digits, or None."""
    if position >= len(args) or re.fullmatch(r"[0-9]{1,9}", args[position]) is None:
        return None
    return int(args[position])

"""Buttons: making them, paging long lists, and remembering them for who types instead of tapping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.channels.message import Button, Reply
from bot.conversation.payloads import Verb, make
from bot.conversation.turn import OFFERED, Turn
from bot.conversation.typed import marked, plain, typed_letter, typed_number
from bot.texts import text

PAGE = 8  # buttons of a list on one page: more do not fit a phone in large type
EASY_PAGE = 4  # in easy reading: a choice that is seen at a glance
WARD_KINDS = ("Phường", "Xã", "Đặc")  # with "đặc khu" all kinds of ward there are since 1/7/2025
LABEL_LIMIT = 60  # characters; longer labels are cut on every platform
_OPTIONS = (Verb.OPTION, Verb.CONTEST_ANSWER, Verb.CONTEST_TRY, Verb.CONTEST_LIVE)
_OPTION_PREFIXES = tuple(make(verb) + ":" for verb in _OPTIONS)


def button(key: str, verb: Verb, *args: str | int, **values: object) -> Button:
    """A button whose label is a text of texts/vi.yaml."""
    return Button(short(text(key, **values)), make(verb, *args))


def short(label: str) -> str:
    """A label that fits a button."""
    return label if len(label) <= LABEL_LIMIT else label[: LABEL_LIMIT - 1].rstrip() + "…"


def sentence_case(name: str) -> str:
    """``phường Hưng Đạo`` as it begins a line or a button: ``Phường Hưng Đạo``."""
    return name[:1].upper() + name[1:]


def in_sentence(name: str) -> str:
    """``Phường Hưng Đạo`` as it stands within a sentence: ``phường Hưng Đạo``."""
    kind, _, rest = name.partition(" ")
    return f"{kind.lower()} {rest}" if kind in WARD_KINDS else name


def menu_buttons(easy: bool) -> tuple[Button, ...]:
    """The main menu; ``easy``: easy reading is on. Five at most: a Zalo Official Account shows no more as buttons."""
    return (
        button("button.ask", Verb.HOW_TO_ASK),
        button("button.learn", Verb.COURSES),
        button("button.progress", Verb.PROGRESS),
        easy_button(easy),
        button("button.settings", Verb.SETTINGS),
    )


def consent_buttons() -> tuple[Button, ...]:
    """Agree, which says the age (Decree 330/2026 fines who asks nobody's), or not."""
    return (
        button("button.agree", Verb.AGREE),
        button("button.minor", Verb.MINOR),
        button("button.anonymous", Verb.ANONYMOUS),
    )


def easy_button(easy: bool) -> Button:
    """Into easy reading, or out of it."""
    return button("button.easy_off", Verb.EASY, 0) if easy else button("button.easy_on", Verb.EASY, 1)


def to_menu() -> Button:
    """The way back to the main menu."""
    return button("button.menu", Verb.MENU)


def page_of(buttons: Sequence[Button], page: int, verb: Verb, *args: str, easy: bool = False) -> tuple[Button, ...]:
    """One page of a list, with buttons to turn it; ``verb`` and ``args`` lead to the list, the page is appended."""
    size = EASY_PAGE if easy else PAGE
    last = max(0, (len(buttons) - 1) // size)
    page = min(max(page, 0), last)
    shown = list(buttons[page * size : (page + 1) * size])
    if page > 0:
        shown.append(button("button.previous_page", verb, *args, page - 1))
    if page < last:
        shown.append(button("button.next_page", verb, *args, page + 1))
    return tuple(shown)


def remember_offered(turn: Turn, replies: Sequence[Reply]) -> None:
    """Keep the buttons just shown; who has no buttons types their number or label."""
    turn.remember(OFFERED, _offered(replies) or None)


def with_offered(state: Mapping[str, Any], replies: Sequence[Reply]) -> dict[str, Any]:
    """A chat's state after replies that nobody asked for just now: typed numbers mean their buttons."""
    return {**state, OFFERED: _offered(replies)}


def _offered(replies: Sequence[Reply]) -> list[list[str | int]]:
    return [[shown.label, shown.payload, place] for place, reply in enumerate(replies) for shown in reply.buttons]


def offered_payload(turn: Turn) -> str | None:
    """The payload of the offered button that a typed label, number or quiz letter means, else None."""
    offered = turn.recall(OFFERED) or []
    typed = "" if turn.text.startswith("/") else plain(turn.text)
    named = {payload: label for label, payload, _place in offered if typed and typed in _names(plain(label))}
    if len(named) > 1:
        # Marks tell them apart, or nothing does.
        named = {payload: label for payload, label in named.items() if marked(turn.text) in _names(marked(label))}
    if len(named) == 1:
        return str(next(iter(named)))
    position = typed_number(turn.text)
    if position is not None and not ambiguous_number(turn) and 1 <= position <= len(offered):
        return str(offered[position - 1][1])
    letter = typed_letter(turn.text)
    # The last argument of an option is its letter's place: it stays when options before it are chosen and gone.
    ends = f":{letter}"
    options = (str(payload) for _label, payload, _place in offered if payload.startswith(_OPTION_PREFIXES))
    return next((payload for payload in options if payload.endswith(ends)), None)


def _names(label: str) -> tuple[str, ...]:
    """What may be typed for a label: the whole, or a ward's name without its kind."""
    kind, _, bare = label.partition(" ")
    return (label, bare) if bare and plain(kind) in ("phuong", "xa") else (label,)


def ambiguous_number(turn: Turn) -> bool:
    """Whether a number was typed while two replies with buttons were shown: each numbers its own."""
    places = {place for _label, _payload, place in turn.recall(OFFERED) or []}
    return len(places) > 1 and typed_number(turn.text) is not None


def offered_buttons(turn: Turn) -> tuple[Button, ...]:
    """The buttons shown last, together, each once."""
    return tuple({payload: Button(label, payload) for label, payload, _place in turn.recall(OFFERED) or []}.values())

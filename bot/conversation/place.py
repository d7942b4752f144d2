"""Choosing ward and residential group: by button, page after page, or by typing the name."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache

from bot.channels.message import Button, Reply
from bot.conversation import enrolment
from bot.conversation.buttons import button, in_sentence, page_of, sentence_case, short, to_menu
from bot.conversation.menu import old_button
from bot.conversation.payloads import Verb, make, number
from bot.conversation.ports import GroupView, WardView
from bot.conversation.turn import OFFERED, WAITING, Turn
from bot.conversation.typed import marked, plain
from bot.texts import text
from knowledge.unit_wards import units_by_code

SKIP = "-"
WAITS_WARD = "ward"
WAITS_GROUP = "group"
_KINDS = ("dac khu", "thi tran", "phuong", "xa")
_GROUP_KINDS = ("to dan pho so", "to dan pho", "khu dan cu", "thon", "tdp", "kdc", "to", "khu")
SHORTEST_NAME = 3  # letters: shorter typed pieces would match almost every name
_SAYS_WHERE = re.compile(
    r"(?:toi|em|chau|minh|nha toi|gia dinh toi)(?: la (?:nguoi|dan))?(?: dang)?"
    r" (?:o|song o|song tai|thuoc|cu tru tai|tai|nguoi|dan) (.+)"
)


def set_place(turn: Turn, ward_code: str | None, group_id: int | None) -> None:
    """Keep ward and group for the chat, and for the person when there is one."""
    turn.chat.ward_code, turn.chat.group_id = ward_code, group_id
    if turn.chat.person_id is not None:
        turn.repositories.people.move(turn.chat.person_id, ward_code, group_id)


def ward_label(ward: WardView) -> str:
    """The ward on a button; a merged one says what it is called now."""
    name = sentence_case(ward.name)
    if ward.superseded_by is None:
        return name
    return text("ward.succeeded_label", ward=name, successor=in_sentence(ward.superseded_by))


def ask_ward(turn: Turn, page: int = 0, first: str | None = None) -> list[Reply]:
    """Ask for the ward; the only ward of an installation is not asked for."""
    wards = turn.repositories.wards.all()
    lead = [first] if first else []
    if not wards:
        return enrolment.go_on(turn, "\n".join([*lead, text("ward.none")]))
    if len(wards) == 1 and turn.chat.ward_code is None:
        return settle_ward(turn, wards[0], first=first)
    turn.remember(WAITING, WAITS_WARD)
    buttons = _ward_buttons(wards)
    shown = (*page_of(buttons, page, Verb.WARDS), button("button.skip", Verb.WARD, SKIP))
    return [Reply("\n\n".join([*lead, text("ward.ask")]), shown)]


def _ward_buttons(wards: Sequence[WardView]) -> list[Button]:
    """A button each; of two whose names differ in marks alone each says what it was made of."""
    names = Counter(plain(ward.name) for ward in wards)
    return [
        Button(
            short(ward_label(ward) if names[plain(ward.name)] == 1 else _with_parts(ward)), make(Verb.WARD, ward.code)
        )
        for ward in wards
    ]


def _with_parts(ward: WardView) -> str:
    unit = units_by_code().get(ward.code)
    if unit is None:
        return ward_label(ward)
    places = ", ".join(place.name for place in unit.old if place.name != unit.name)
    return text("ward.made_of", ward=ward_label(ward), places=places)


def settle_named(turn: Turn, named: Sequence[WardView]) -> list[Reply]:
    """Keep the ward that was named; of several that the words may mean ask which."""
    if len(named) == 1:
        return settle_ward(turn, named[0])
    turn.remember(WAITING, WAITS_WARD)
    none = button("button.skip", Verb.WARD, SKIP)
    return [Reply(text("ward.which"), (*_ward_buttons(named), none))]


def only_ward(turn: Turn) -> str | None:
    """The code of the only ward of an installation: who has chosen none is asking about it."""
    found = turn.repositories.wards.all()
    return found[0].code if len(found) == 1 else None


def wards(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """The list of wards, at the page asked for."""
    return ask_ward(turn, number(args, 0) or 0)


def choose_ward(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """A ward was tapped."""
    if args == (SKIP,):
        turn.remember(WAITING, None)
        return enrolment.go_on(turn, text("ward.skipped"))
    ward = turn.repositories.wards.get(args[0]) if args else None
    return old_button(turn) if ward is None else settle_ward(turn, ward)


def settle_ward(turn: Turn, ward: WardView, first: str | None = None) -> list[Reply]:
    """Keep the ward, explain a merger, go on to the groups."""
    group = turn.group
    set_place(turn, ward.code, group.id if group is not None and group.ward_code == ward.code else None)
    said = text("ward.set", ward=in_sentence(ward.name))
    if ward.superseded_by is not None:
        merged = text("ward.superseded", ward=sentence_case(ward.name), successor=in_sentence(ward.superseded_by))
        said = f"{said}\n{merged}"
    return ask_group(turn, ward, first=f"{first}\n\n{said}" if first else said)


def ask_group(turn: Turn, ward: WardView, page: int = 0, first: str | None = None) -> list[Reply]:
    """Ask for the residential group of a ward."""
    groups = turn.repositories.wards.groups(ward.code)
    lead = [first] if first else []
    if not groups:
        turn.remember(WAITING, None)
        return enrolment.go_on(turn, "\n\n".join([*lead, text("group.none", ward=sentence_case(ward.name))]))
    turn.remember(WAITING, WAITS_GROUP)
    buttons = [Button(short(group.name), make(Verb.GROUP, group.id)) for group in groups]
    shown = (
        *page_of(buttons, page, Verb.GROUPS),
        button("button.change_ward", Verb.WARDS),
        button("button.skip", Verb.GROUP, SKIP),
    )
    return [Reply("\n\n".join([*lead, text("group.ask", ward=in_sentence(ward.name))]), shown)]


def groups(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """The list of groups of the resident's ward; without a ward, the wards first."""
    ward = turn.ward
    return ask_ward(turn) if ward is None else ask_group(turn, ward, number(args, 0) or 0)


def choose_group(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """A group was tapped; one of another ward is an old or invented button."""
    if args == (SKIP,):
        turn.remember(WAITING, None)
        return enrolment.go_on(turn, text("group.skipped"))
    group_id = number(args, 0)
    group = turn.repositories.wards.group(group_id) if group_id is not None else None
    if group is None or group.ward_code != turn.chat.ward_code:
        return old_button(turn)
    return settle_group(turn, group)


def join(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """The resident confirmed the group that a link named."""
    group_id = number(args, 0)
    group = turn.repositories.wards.group(group_id) if group_id is not None else None
    return old_button(turn) if group is None else settle_group(turn, group)


def settle_group(turn: Turn, group: GroupView) -> list[Reply]:
    """Keep the group with its ward."""
    set_place(turn, group.ward_code, group.id)
    turn.remember(WAITING, None)
    return enrolment.go_on(turn, text("group.set", group=group.name, ward=ward_name(turn, group.ward_code)))


def ward_name(turn: Turn, code: str) -> str:
    """A ward's name in a sentence."""
    ward = turn.repositories.wards.get(code)
    return code if ward is None else in_sentence(ward.name)


def place_name(turn: Turn) -> str:
    """The resident's group and ward in words."""
    ward, group = turn.ward, turn.group
    if ward is None:
        return text("data.nothing")
    name = in_sentence(ward.name)
    return name if group is None else text("data.place", group=group.name, ward=name)


def typed_place(turn: Turn) -> list[Reply] | None:
    """The reply to a typed ward or group name while one is asked for; None when the text is no such name."""
    if turn.recall(WAITING) == WAITS_WARD:
        named = find_wards(turn.repositories.wards.all(), turn.text)
        return settle_named(turn, named) if named else None
    if turn.recall(WAITING) == WAITS_GROUP and turn.ward is not None:
        group = _find(turn.repositories.wards.groups(turn.ward.code), turn.text)
        return None if group is None else settle_group(turn, group)
    return None


def numbered_group(turn: Turn) -> str | None:
    """The tap that a bare number means while groups are listed: the group of that number, not the list's place.

    None when no group or more than one has the number: then it is the place of a button.
    """
    number = re.fullmatch(r"(?:so )?0*([0-9]{1,3})", plain(turn.text))
    offered = [str(payload) for _label, payload, _place in turn.recall(OFFERED) or []]
    if number is None or turn.ward is None or not any(one.startswith(make(Verb.GROUP) + ":") for one in offered):
        return None
    named = [
        group
        for group in turn.repositories.wards.groups(turn.ward.code)
        if _split_kind(plain(group.name), _GROUP_KINDS)[1].lstrip("0") == number.group(1)
    ]
    return make(Verb.GROUP, named[0].id) if len(named) == 1 else None


def said_wards(turn: Turn) -> list[WardView]:
    """The ward in "tôi ở phường Hưng Đạo", or those it may mean; none when the text says nothing of the kind."""
    found = _SAYS_WHERE.fullmatch(plain(turn.text))
    if found is None:
        return []
    # The same words as they were typed, with their marks.
    typed = marked(turn.text).split()[-len(found.group(1).split()) :]
    return find_wards(turn.repositories.wards.all(), " ".join(typed))


def bare_ward(turn: Turn) -> list[Reply] | None:
    """A ward's name and nothing else is no question: ask whether the resident lives there; None for other texts."""
    named = find_wards(turn.repositories.wards.all(), turn.text)
    if not named:
        return None
    if len(named) > 1:
        return settle_named(turn, named)
    mine = button("button.my_ward", Verb.WARD, named[0].code)
    return [Reply(text("ward.yours", ward=in_sentence(named[0].name)), (mine, to_menu()))]


def looks_like_place(turn: Turn) -> bool:
    """Whether a short text that begins with a kind of place was typed while a place is asked for."""
    words = plain(turn.text)
    kinds = {WAITS_WARD: _KINDS, WAITS_GROUP: _GROUP_KINDS}.get(str(turn.recall(WAITING)), ())
    return any(words.startswith(kind + " ") for kind in kinds) and "?" not in turn.text and len(words.split()) <= 6


def unclear_place(turn: Turn) -> list[Reply]:
    """A place that is not in the list: show the list again."""
    ward = turn.ward
    if turn.recall(WAITING) == WAITS_GROUP and ward is not None:
        return ask_group(turn, ward, first=text("group.unclear"))
    return ask_ward(turn, first=text("ward.unclear"))


def find_wards(wards: Sequence[WardView], typed: str) -> list[WardView]:
    """The wards a typed name may mean, without diacritics too, also by the name of a successor.

    "xã Hưng Đạo" is not phường Hưng Đạo: a kind that is typed must agree. "Cẩm Giàng" is not Cẩm Giang, another unit;
    "cam giang" may be both.
    """
    kind, bare = _split_kind(plain(typed), _KINDS)
    found: dict[str, tuple[WardView, bool]] = {}
    for ward in wards:
        for name in (ward.name, ward.superseded_by):
            own_kind, own = _split_kind(plain(name or ""), _KINDS)
            if own and bare == own and kind in ("", own_kind):
                exact = marked(typed).endswith(_bare_marked(name or ""))
                found.setdefault(ward.code, (ward, exact))
    exactly = [ward for ward, exact in found.values() if exact]
    if exactly:
        return exactly
    another = any(marked(typed).endswith(name) for name in _namesakes().get(bare, ()))
    return [] if another else [ward for ward, _ in found.values()]


@cache
def _namesakes() -> Mapping[str, tuple[str, ...]]:
    """By the name without marks, the names of units that only marks tell apart."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for unit in units_by_code().values():
        names[plain(unit.name)].add(marked(unit.name))
    return {bare: tuple(sorted(alike)) for bare, alike in names.items() if len(alike) > 1}


def _bare_marked(name: str) -> str:
    """A ward's name with its marks and without its kind."""
    bare = _split_kind(plain(name), _KINDS)[1]
    return " ".join(marked(name).split()[-len(bare.split()) :])


def _find(groups: Sequence[GroupView], typed: str) -> GroupView | None:
    """The one group a typed name means: the whole name, the name without its kind, or a piece only one has."""
    wanted = plain(typed)
    bare = _split_kind(wanted, _GROUP_KINDS)[1]
    for test in (
        lambda name: name == wanted,
        lambda name: _split_kind(name, _GROUP_KINDS)[1] == bare,
        lambda name: len(bare) >= SHORTEST_NAME and f" {bare} " in f" {name} ",
    ):
        found = [group for group in groups if test(plain(group.name))]
        if len(found) == 1:
            return found[0]
    return None


def _split_kind(name: str, kinds: Sequence[str]) -> tuple[str, str]:
    for kind in kinds:
        if name.startswith(kind + " "):
            return kind, name.removeprefix(kind + " ")
    return "", name

"""The certificate of a finished course: which course, which name, and the paper itself."""

from __future__ import annotations

from bot.channels.message import Button, FileNote, Reply
from bot.conversation.buttons import button, consent_buttons, in_sentence, short, to_menu
from bot.conversation.learned import progress_of
from bot.conversation.masking import mask
from bot.conversation.menu import old_button
from bot.conversation.payloads import Verb, make
from bot.conversation.ports import CertificateView, WardView
from bot.conversation.turn import PAPER, WAITING, Turn
from bot.texts import text
from lessons.catalogue import Course
from lessons.certificate_data import certificate_path, new_code
from lessons.progress import Progress

WAITS_PAPER_NAME = "paper"
NAME_LIMIT = 60  # characters: the longest full names; the paper writes them on one line


def certificate(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """The certificate of a course (the argument), of the only finished one, or the list to choose from."""
    turn.remember(WAITING, None)
    progress = progress_of(turn)
    if progress is None:
        learning = button("button.learn", Verb.COURSES)
        return [Reply(text("certificate.anonymous"), (consent_buttons()[0], learning, to_menu()))]
    finished = _finished(turn, progress)
    if args:
        course = next((one for one in finished if one.id == args[0]), None)
        return old_button(turn) if course is None else _of_course(turn, course)
    if not finished:
        return [_not_yet(turn, progress)]
    if len(finished) == 1:
        return _of_course(turn, finished[0])
    listed = tuple(Button(short(course.title), make(Verb.CERTIFICATE, course.id)) for course in finished)
    return [Reply(text("certificate.choose"), (*listed, to_menu()))]


def certificate_buttons(turn: Turn, progress: Progress | None, course_id: str | None = None) -> tuple[Button, ...]:
    """The way to the certificate of this course, or of any finished one; none while none is finished."""
    if progress is None:
        return ()
    finished = _finished(turn, progress)
    if course_id is not None:
        return tuple(
            button("button.certificate", Verb.CERTIFICATE, course.id) for course in finished if course.id == course_id
        )
    return (button("button.certificate", Verb.CERTIFICATE),) if finished else ()


def _finished(turn: Turn, progress: Progress) -> list[Course]:
    return [
        course
        for course in turn.catalogue.courses
        if (own := progress.courses.get(course.id)) is not None and own.finished
    ]


def _not_yet(turn: Turn, progress: Progress) -> Reply:
    """Which course is nearest to its end, and the next lesson of it."""
    begun = [course for course in turn.catalogue.courses if course.id in progress.courses]
    if not begun:
        return Reply(text("certificate.nothing"), (button("button.learn", Verb.COURSES), to_menu()))

    def left(course: Course) -> int:
        own = progress.courses[course.id]
        return own.lessons_total - own.lessons_finished

    nearest = min(begun, key=left)
    following = next(lesson for lesson in nearest.lessons if lesson.id not in progress.finished_lessons)
    said = text("certificate.not_yet", course=nearest.title, left=left(nearest), lesson=following.title)
    return Reply(said, (button("button.next_lesson", Verb.LESSON, following.id), to_menu()))


def _of_course(turn: Turn, course: Course) -> list[Reply]:
    issued = _issued(turn, course.id)
    if issued is None:
        return _ask_name(turn, course)
    if issued.revoked:
        return [Reply(text("certificate.revoked", course=issued.course_title), (to_menu(),))]
    return [_shown(turn, issued)]


def _issued(turn: Turn, course_id: str) -> CertificateView | None:
    if turn.chat.person_id is None:
        return None
    held = turn.repositories.certificates.of_person(turn.chat.person_id)
    return next((one for one in held if one.course_id == course_id), None)


def _ask_name(turn: Turn, course: Course) -> list[Reply]:
    if turn.ward is None:
        said = text("certificate.needs_ward", course=course.title)
        return [Reply(said, (button("button.choose_ward", Verb.WARDS), to_menu()))]
    turn.remember(WAITING, WAITS_PAPER_NAME)
    turn.remember(PAPER, course.id)
    called = turn.person.called if turn.person is not None else None
    known = (button("button.write_name", Verb.PAPER_NAME, course.id, name=called),) if called else ()
    return [Reply(text("certificate.ask_name", course=course.title), (*known, to_menu()))]


def rename(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """Write another name on the certificate of a course."""
    course = _may_have(turn, args)
    return old_button(turn) if course is None else _ask_name(turn, course)


def called_name(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """Write the name that the resident is called by."""
    course, person = _may_have(turn, args), turn.person
    if course is None or person is None or not person.called:
        return old_button(turn)
    return _issue(turn, course, person.called)


def typed_name(turn: Turn, typed: str) -> list[Reply]:
    """A name for the paper was typed."""
    course = _may_have(turn, (str(turn.recall(PAPER)),))
    if course is None:
        return certificate(turn)
    name = " ".join(typed.split())
    name = name.title() if name.islower() else name  # a paper deserves capitals, also when the phone gave none
    if not _is_name(name):
        turn.remember(WAITING, WAITS_PAPER_NAME)
        return [Reply(text("certificate.name_refused", limit=NAME_LIMIT), (to_menu(),))]
    return _issue(turn, course, name)


def _is_name(typed: str) -> bool:
    """Letters, spaces and a few marks that the paper can write, and no private number."""
    from lessons.typeface import drawable  # the library that draws papers, which most chats never need

    letters = all(character.isalpha() or character in " .'-" for character in typed)
    known = 0 < len(typed) <= NAME_LIMIT and letters and any(map(str.isalpha, typed))
    return known and drawable(typed) == typed and not mask(typed).kinds


def _may_have(turn: Turn, args: tuple[str, ...]) -> Course | None:
    """The finished course named, unless its certificate was revoked."""
    progress = progress_of(turn)
    if progress is None or not args:
        return None
    course = next((one for one in _finished(turn, progress) if one.id == args[0]), None)
    issued = _issued(turn, args[0])
    return None if course is None or (issued is not None and issued.revoked) else course


def _issue(turn: Turn, course: Course, name: str) -> list[Reply]:
    turn.remember(WAITING, None)
    turn.remember(PAPER, None)
    ward, progress = turn.ward, progress_of(turn)
    if ward is None or progress is None or turn.chat.person_id is None:
        return _ask_name(turn, course)
    days = [progress.lessons[lesson.id].finished_on for lesson in course.lessons]
    issued = CertificateView(
        code=new_code(),
        course_id=course.id,
        course_title=course.title,
        ward_code=ward.code,
        name=name,
        lessons=len(course.lessons),
        finished_on=max(day for day in days if day is not None),
    )
    turn.repositories.certificates.issue(turn.chat.person_id, issued, turn.message.received_at)
    return [_shown(turn, issued)]


def _shown(turn: Turn, issued: CertificateView) -> Reply:
    """The paper as picture and document, how to check it, and what it is not."""
    ward = turn.repositories.wards.get(issued.ward_code)
    lines = [
        text("certificate.ready", name=issued.name, course=issued.course_title, ward=issuing_ward(ward)),
        text("certificate.code", code=issued.code),
    ]
    public = turn.offers.public_url
    if public is not None:
        lines.append(text("certificate.check", address=public + certificate_path(issued.code)))
    else:
        lines.append(text("certificate.no_address"))
    lines.append(text("certificate.not_official"))
    reach = turn.offers.papers_reach(turn.chat.channel)
    if not reach:
        lines.append(text("certificate.cannot_send"))
    path = certificate_path(issued.code)
    return Reply(
        "\n".join(lines),
        (button("button.rename_paper", Verb.PAPER_RENAME, issued.course_id), to_menu()),
        image=f"{path}.png" if reach else None,
        image_alt=text("certificate.alt", name=issued.name, course=issued.course_title) if reach else "",
        files=(FileNote(f"{path}.pdf", text("certificate.paper")),) if reach else (),
    )


def issuing_ward(ward: WardView | None) -> str:
    """The ward as it stands on the paper; a merged one by the name it has now."""
    if ward is None:
        return text("certificate.some_ward")
    return in_sentence(ward.superseded_by or ward.name)


def held(turn: Turn) -> str:
    """The certificates a resident has, for "my data"."""
    if turn.chat.person_id is None:
        return text("data.nothing")
    papers = turn.repositories.certificates.of_person(turn.chat.person_id)
    said = [text("certificate.held", course=one.course_title, name=one.name, code=one.code) for one in papers]
    return "; ".join(said) or text("data.nothing")

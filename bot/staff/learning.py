"""What is learnt: courses and hard questions, one group, its people, one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.conversation.linking import channel_name
from bot.conversation.purposes import LEARNING, purposes
from bot.indicators.daily import bring_up
from bot.indicators.figures import ward_figures
from bot.indicators.hardest import DAYS, FEWEST_PEOPLE, QuestionFigures, question_figures
from bot.indicators.trend import trend
from bot.staff.access import MEMBERSHIP, WARD, WARD_EDITORS, WARD_OVERSEERS, WARD_READERS, StaffRoute
from bot.staff.context import Context, audit, page
from bot.staff.kept import Kept
from bot.store.consents import agreed_to
from bot.store.naming import natural_key
from bot.store.repositories import AttemptRepository
from bot.store.tables import Certificate, Chat, Consent, Person, ResidentialGroup, utc_now
from lessons.catalogue import Catalogue, Question
from lessons.progress import Progress, fold

QUESTIONS_SHOWN = 30  # the hardest; an easy question needs nobody's attention
PEOPLE_SHOWN = 500  # of a group, in alphabetical order


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = LearningPages(context)
    group = "/w/{ward}/groups/{group:[0-9]+}"
    return [
        StaffRoute("GET", "/w/{ward}/courses", pages.courses, WARD_OVERSEERS),
        StaffRoute("GET", group, pages.group, WARD_READERS),
        StaffRoute("GET", f"{group}/people", pages.people, WARD_EDITORS),
        StaffRoute("GET", "/w/{ward}/residents/{person:[0-9]+}", pages.person, WARD_EDITORS),
    ]


@dataclass(frozen=True, slots=True)
class HardQuestion:
    """A question with its figures; ``wrong`` are the wrong answers in words with how many chose them, most first."""

    question: Question
    lesson: str
    figures: QuestionFigures
    wrong: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class PersonCard:
    """What staff may see of a person who agreed: no talk, no question, no address."""

    row: Person
    group: str | None
    channels: tuple[str, ...]
    agreed: tuple[tuple[str, datetime], ...]
    certificates: Sequence[Certificate]
    progress: Progress


class LearningPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database
        self._figures: Kept[list[QuestionFigures]] = Kept()

    async def courses(self, request: web.Request) -> web.Response:
        """How courses go, and the hardest questions with the wrong answers that are chosen."""
        code, now, catalogue = request[WARD].code, utc_now(), self._context.material.catalogue
        figures = await self._figures.get(
            code, now, lambda: self._database.read(lambda session: question_figures(session, code, now))
        )
        hard = [found for one in figures if (found := _hard(one, catalogue)) is not None]
        by_course: dict[str, list[HardQuestion]] = {}
        for one in hard:
            by_course.setdefault(one.question.course_id, []).append(one)
        values = {
            "courses": [(course, _summed(by_course.get(course.id, ()))) for course in catalogue.courses],
            "hard": hard[:QUESTIONS_SHOWN],
            "days": DAYS,
            "fewest": FEWEST_PEOPLE,
        }
        return page(request, "courses.html", values)

    async def group(self, request: web.Request) -> web.Response:
        """One group: its figures and how they went."""
        ward, now, number = request[WARD], utc_now(), int(request.match_info["group"])
        only = request[MEMBERSHIP].only_group
        if only is not None and only != number:
            raise web.HTTPNotFound

        await bring_up(self._context.database, ward.code, now)

        def unit(session: Session) -> dict[str, object]:
            return {
                "group": _group(session, ward.code, number),
                "figures": ward_figures(session, ward.code, now, number).total,
                "weeks": trend(session, ward.code, now, number),
            }

        return page(request, "group.html", await self._database.read(unit))

    async def people(self, request: web.Request) -> web.Response:
        """Who learns in a group; the look is written down."""
        code, number = request[WARD].code, int(request.match_info["group"])

        def unit(session: Session) -> dict[str, object]:
            group = _group(session, code, number)
            audit(session, request, "people_look", str(number))
            agreed = _agreed().where(Person.group_id == number, Person.ward_code == code)
            rows = sorted(session.exec(agreed).all(), key=lambda row: natural_key(row.called or "\U0010ffff"))
            return {"group": group, "people": rows[:PEOPLE_SHOWN], "left_out": max(0, len(rows) - PEOPLE_SHOWN)}

        return page(request, "group_people.html", await self._database.write(unit))

    async def person(self, request: web.Request) -> web.Response:
        """One person's learning; the look is written down."""
        code, number = request[WARD].code, int(request.match_info["person"])
        catalogue = self._context.material.catalogue

        def unit(session: Session) -> PersonCard:
            row = session.exec(_agreed().where(Person.id == number, Person.ward_code == code)).first()
            if row is None:
                raise web.HTTPNotFound
            audit(session, request, "person_look", str(number))
            return _card(session, row, catalogue)

        card = await self._database.write(unit)
        courses = [(course, card.progress.courses.get(course.id)) for course in catalogue.courses]
        return page(request, "person.html", {"card": card, "courses": [one for one in courses if one[1]]})


def _group(session: Session, ward_code: str, number: int) -> ResidentialGroup:
    group = session.get(ResidentialGroup, number)
    if group is None or group.ward_code != ward_code:
        raise web.HTTPNotFound
    return group


def _agreed() -> SelectOfScalar[Person]:
    """Persons whose agreement that the ward knows their learning stands."""
    return select(Person).where(agreed_to(LEARNING))


def _card(session: Session, row: Person, catalogue: Catalogue) -> PersonCard:
    number = row.id or 0
    group = session.get(ResidentialGroup, row.group_id) if row.group_id else None
    chats = session.exec(select(Chat.channel).where(Chat.person_id == number)).all()
    agreed = session.exec(
        select(Consent)
        .where(Consent.person_id == number, col(Consent.withdrawn_at).is_(None))
        .order_by(col(Consent.id))
    ).all()
    certificates = session.exec(
        select(Certificate)
        .where(Certificate.person_id == number, col(Certificate.revoked_at).is_(None))
        .order_by(col(Certificate.id))
    ).all()
    titles = purposes()
    return PersonCard(
        row,
        group.name if group else None,
        tuple(sorted({channel_name(channel) for channel in chats}, key=natural_key)),
        tuple((titles[one.purpose].title, one.given_at) for one in agreed if one.purpose in titles),
        certificates,
        fold(AttemptRepository(session).of_person(number), catalogue),
    )


def _hard(figures: QuestionFigures, catalogue: Catalogue) -> HardQuestion | None:
    """The question in words; None when it is taught no more."""
    question, lesson = catalogue.question(figures.question_id), catalogue.lesson(figures.lesson_id)
    if question is None or lesson is None:
        return None
    texts = {option.id: option.text for option in question.options}
    chosen = sorted(figures.wrong.items(), key=lambda one: (-one[1], one[0]))
    wrong = tuple((" · ".join(texts.get(part, part) for part in ids.split(",")), count) for ids, count in chosen)
    return HardQuestion(question, lesson.title, figures, wrong)


def _summed(questions: Sequence[HardQuestion]) -> tuple[int, float | None]:
    """How many questions have figures, and the percent of first tries that were right."""
    people = sum(one.figures.people for one in questions)
    return len(questions), 100 * sum(one.figures.right for one in questions) / people if people else None

"""Learning: choose a course and a lesson, read its cards one at a time, try the task, answer the questions."""

from __future__ import annotations

from dataclasses import replace

from bot.channels.message import Button, Reply
from bot.conversation import position as positions
from bot.conversation.buttons import button, page_of, short, to_menu
from bot.conversation.menu import old_button, with_menu
from bot.conversation.payloads import Verb, make, number
from bot.conversation.pictures import picture_alt, picture_path
from bot.conversation.ports import AttemptRecord
from bot.conversation.position import Position
from bot.conversation.quiz import after_tap, feedback, options_of, question_reply, typed_choice
from bot.conversation.turn import Turn
from bot.conversation.welcome import consent_buttons
from bot.texts import text
from lessons.catalogue import Course, Lesson, Question, QuestionKind
from lessons.progress import Progress, fold
from lessons.quiz import grade


def progress_of(turn: Turn) -> Progress | None:
    """The resident's progress; None for who is anonymous, of whom nothing is kept."""
    if turn.chat.person_id is None:
        return None
    return fold(turn.repositories.attempts.of_person(turn.chat.person_id), turn.catalogue)


def resume_buttons(turn: Turn) -> tuple[Button, ...]:
    """The way back into a lesson left a short while ago."""
    return () if positions.lately(turn) is None else (button("button.resume", Verb.RESUME),)


def courses(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """The list of courses; a lesson left in the middle comes first."""
    if not turn.catalogue.courses:
        return [with_menu(text("learn.none"))]
    progress = progress_of(turn)
    labels = [(_course_label(course, progress), course.id) for course in turn.catalogue.courses]
    listed = [Button(short(label), make(Verb.COURSE, name)) for label, name in labels]
    lines = [text("learn.courses")]
    first: tuple[Button, ...] = ()
    position = positions.load(turn)
    lesson = turn.catalogue.lesson(position.lesson) if position is not None else None
    if lesson is not None:
        lines.insert(0, text("learn.unfinished", lesson=lesson.title))
        first = (button("button.resume", Verb.RESUME),)
    page = page_of(listed, number(args, 0) or 0, Verb.COURSES)
    return [Reply("\n".join(lines), (*first, *page, to_menu()))]


def _course_label(course: Course, progress: Progress | None) -> str:
    done = progress.courses.get(course.id) if progress is not None else None
    if done is None:
        return course.title
    return text("learn.course_label", title=course.title, finished=done.lessons_finished, total=done.lessons_total)


def course(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """A course's lessons; finished ones bear a mark."""
    found = turn.catalogue.course(args[0]) if args else None
    if found is None:
        return old_button(turn)
    progress = progress_of(turn)
    finished = progress.finished_lessons if progress is not None else frozenset[str]()
    listed = [
        Button(
            short(text("learn.finished_mark", title=lesson.title) if lesson.id in finished else lesson.title),
            make(Verb.LESSON, lesson.id),
        )
        for lesson in found.lessons
    ]
    page = page_of(listed, number(args, 1) or 0, Verb.COURSE, found.id)
    return [Reply(text("learn.course", title=found.title, summary=found.summary), (*page, to_menu()))]


def lesson(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """Begin a lesson."""
    found = turn.catalogue.lesson(args[0]) if args else None
    if found is None:
        return old_button(turn)
    lines = [text("learn.begin", lesson=found.title, minutes=found.minutes)]
    if turn.chat.person_id is None:
        lines.append(text("learn.not_kept"))
    return [Reply("\n".join(lines)), _show(turn, found, positions.begin(turn, found))]


def resume(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """Go on where the lesson was left."""
    position = positions.load(turn)
    if position is None:
        listed = courses(turn)
        return [replace(listed[0], text="\n".join([text("learn.no_lesson"), listed[0].text]))]
    return _at(turn, position)


def _at(turn: Turn, position: Position) -> list[Reply]:
    """The present step; a lesson that was changed meanwhile begins again, one that is gone says so."""
    current = turn.catalogue.lesson(position.lesson)
    if current is None:
        positions.save(turn, None)
        listed = courses(turn)
        return [replace(listed[0], text="\n".join([text("learn.gone"), listed[0].text]))]
    if current.version != position.version:
        restarted = Reply(text("learn.restarted", lesson=current.title))
        return [restarted, _show(turn, current, positions.begin(turn, current))]
    return [_show(turn, current, position)]


def _show(turn: Turn, current: Lesson, position: Position, edit: bool = False) -> Reply:
    step = (position.run, position.step)
    card_number = position.card_number(current)
    if card_number is not None:
        card = current.cards[card_number]
        said = text("learn.card", number=card_number + 1, total=len(current.cards), text=card.text)
        return Reply(
            said,
            (button("button.next_card", Verb.NEXT, *step),),
            image=picture_path(current, card.picture),
            image_alt=picture_alt(card.picture),
        )
    question_number = position.question_number(current)
    if question_number is None:
        said = text("learn.practice", text=current.practice)
        return Reply(said, (button("button.to_quiz", Verb.NEXT, *step),))
    return question_reply(turn, current, current.questions[question_number], position, edit)


def next_step(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """ "Tiếp" under a card or the practice task."""
    found = _current(turn, args)
    if isinstance(found, list):
        return found
    position, current = found
    if position.question_number(current) is not None:
        return _again(turn, position)
    moved = position.moved(turn, position.step + 1, position.right)
    positions.save(turn, moved)
    return [_show(turn, current, moved)]


def _current(turn: Turn, args: tuple[str, ...]) -> tuple[Position, Lesson] | list[Reply]:
    """The position and lesson a lesson button belongs to, or the reply to one that is no longer the present one."""
    position = positions.load(turn)
    if position is None or number(args, 0) != position.run:
        return old_button(turn)
    current = turn.catalogue.lesson(position.lesson)
    if current is None or current.version != position.version:
        return _at(turn, position)
    return (position, current) if number(args, 1) == position.step else _again(turn, position)


def _again(turn: Turn, position: Position) -> list[Reply]:
    replies = _at(turn, position)
    return [Reply(text("learn.answered_before")), *replies]


def option(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """An option of the present question was tapped."""
    found = _question(turn, args)
    if isinstance(found, list):
        return found
    position, current, question = found
    place = number(args, 2)
    if place is None or place >= len(question.options):
        return old_button(turn)
    chosen, complete = after_tap(question, position, place, len(question.options))
    if complete:
        return _answered(turn, current, question, position, chosen)
    position = replace(position, chosen=chosen)
    positions.save(turn, position)
    return [_show(turn, current, position, edit=True)]


def submit(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """ "Xong" under a question with several right options."""
    found = _question(turn, args)
    if isinstance(found, list):
        return found
    position, current, question = found
    if not position.chosen:
        return [Reply(text("quiz.choose_first")), _show(turn, current, position)]
    return _answered(turn, current, question, position, position.chosen)


def again(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """ "Chọn lại" under a question about order."""
    found = _question(turn, args)
    if isinstance(found, list):
        return found
    position, current, _ = found
    position = replace(position, chosen=())
    positions.save(turn, position)
    return [_show(turn, current, position, edit=True)]


def _question(turn: Turn, args: tuple[str, ...]) -> tuple[Position, Lesson, Question] | list[Reply]:
    found = _current(turn, args)
    if isinstance(found, list):
        return found
    position, current = found
    place = position.question_number(current)
    return old_button(turn) if place is None else (position, current, current.questions[place])


def typed_answer(turn: Turn) -> list[Reply] | None:
    """The reply to "A, C" or "b a c" typed under a question that takes several; None for anything else."""
    position = positions.lately(turn)
    current = turn.catalogue.lesson(position.lesson) if position is not None else None
    if position is None or current is None or current.version != position.version:
        return None
    place = position.question_number(current)
    chosen = typed_choice(current.questions[place], turn.text) if place is not None else None
    if place is None or chosen is None:
        return None
    return _answered(turn, current, current.questions[place], position, chosen)


def choose_one(turn: Turn) -> list[Reply] | None:
    """Who types a letter or number that no option has is shown the question again; None outside a question."""
    position = positions.lately(turn)
    current = turn.catalogue.lesson(position.lesson) if position is not None else None
    if position is None or current is None or position.question_number(current) is None:
        return None
    return [Reply(text("quiz.choose_one")), *_at(turn, position)]


def _answered(
    turn: Turn, current: Lesson, question: Question, position: Position, places: tuple[int, ...]
) -> list[Reply]:
    options = options_of(turn, question, position.run)
    if question.kind is QuestionKind.ORDER:
        chosen = tuple(options[place].id for place in places)
    else:  # kept in the order of the material: how the options were shuffled says nothing
        picked = {options[place].id for place in places}
        chosen = tuple(one.id for one in question.options if one.id in picked)
    result = grade(question, chosen)
    if turn.chat.person_id is not None:
        message = turn.message
        attempt = AttemptRecord(
            key=f"{message.channel}:{message.id}:{question.id}",
            course_id=question.course_id,
            lesson_id=question.lesson_id,
            lesson_version=current.version,
            question_id=question.id,
            question_count=len(current.questions),
            chosen=",".join(chosen),
            correct=result.correct,
            answered_at=message.received_at,
        )
        turn.repositories.attempts.record(turn.chat.person_id, turn.chat, attempt)
    said = Reply(feedback(question, result))
    moved = position.moved(turn, position.step + 1, position.right + result.correct)
    if moved.question_number(current) is None:
        positions.save(turn, None)
        return [said, _summary(turn, current, moved.right)]
    positions.save(turn, moved)
    return [said, _show(turn, current, moved)]


def _summary(turn: Turn, current: Lesson, right: int) -> Reply:
    total = len(current.questions)
    lines = [text("learn.summary", lesson=current.title, right=right, total=total)]
    lines.append(text("learn.all_right" if right == total else "learn.some_wrong"))
    following = _following(turn, current)
    buttons: list[Button] = []
    if following is not None:
        lines.append(text("learn.next", lesson=following.title))
        buttons.append(button("button.next_lesson", Verb.LESSON, following.id))
    else:
        lines.append(text("learn.all_done"))
    buttons += [button("button.repeat_lesson", Verb.LESSON, current.id), button("button.courses", Verb.COURSES)]
    if turn.chat.person_id is None:
        lines += [text("learn.not_kept"), text("learn.offer_consent")]
        buttons.append(consent_buttons()[0])
    return Reply("\n".join(lines), (*buttons, to_menu()))


def _following(turn: Turn, current: Lesson) -> Lesson | None:
    """The next lesson not yet finished: after the present one, else from the beginning."""
    progress = progress_of(turn)
    finished = progress.finished_lessons if progress is not None else frozenset({current.id})
    everything = turn.catalogue.lessons
    place = next((n for n, one in enumerate(everything) if one.id == current.id), -1)
    later = next((one for one in everything[place + 1 :] if one.id not in finished), None)
    return later if later is not None or progress is None else turn.catalogue.next_lesson(finished)

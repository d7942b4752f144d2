"""Showing a quiz question and reading what was chosen; grading is lessons.quiz."""

from __future__ import annotations

from bot.channels.message import Button, Reply
from bot.conversation.buttons import LABEL_LIMIT, button
from bot.conversation.payloads import Verb, make
from bot.conversation.pictures import picture_alt, picture_path
from bot.conversation.position import Position
from bot.conversation.turn import Turn
from bot.conversation.typed import typed_letters
from bot.texts import text
from lessons.models import Lesson, Option, Question, QuestionKind
from lessons.quiz import Grade, shuffled_options

LETTERS = "ABCDEFGH"
SHORT_OPTION = 30  # characters that a button of a 360 px phone shows in large type; longer options go in the text


def options_of(turn: Turn, question: Question, run: int) -> list[Option]:
    """The options in the order this chat sees them in this run."""
    return shuffled_options(question, f"{turn.chat.id}:{run}")


def question_reply(turn: Turn, lesson: Lesson, question: Question, position: Position, edit: bool = False) -> Reply:
    """A question with its options as buttons; long options are lettered in the text."""
    options = options_of(turn, question, position.run)
    number = (position.question_number(lesson) or 0) + 1
    lines = [text("quiz.question", number=number, total=len(lesson.questions), text=question.text)]
    lettered = any(len(option.text) > SHORT_OPTION for option in options)
    if lettered:
        lines += [text("quiz.option", letter=LETTERS[place], label=option.text) for place, option in enumerate(options)]
    if question.kind is QuestionKind.MULTIPLE:
        lines.append(text("quiz.several"))
    if question.kind is QuestionKind.ORDER:
        lines.append(text("quiz.order"))
        if position.chosen:
            chosen = " → ".join(_label(options, place, lettered) for place in position.chosen)
            lines.append(text("quiz.so_far", chosen=chosen))
    buttons = _buttons(question, options, position, lettered)
    return Reply(
        "\n".join(lines),
        buttons,
        image=picture_path(lesson, question.picture),
        image_alt=picture_alt(question.picture),
        edit=edit,
    )


def _label(options: list[Option], place: int, lettered: bool) -> str:
    return LETTERS[place] if lettered else options[place].text


def _buttons(question: Question, options: list[Option], position: Position, lettered: bool) -> tuple[Button, ...]:
    where = (position.run, position.step)
    shown = []
    for place in range(len(options)):
        label = _label(options, place, lettered)
        if question.kind is QuestionKind.MULTIPLE:
            mark = "quiz.chosen_mark" if place in position.chosen else "quiz.option_mark"
            label = text(mark, label=label)
        if question.kind is QuestionKind.ORDER and place in position.chosen:
            continue
        shown.append(Button(label[:LABEL_LIMIT], make(Verb.OPTION, *where, place)))
    if question.kind is QuestionKind.MULTIPLE:
        shown.append(button("button.done", Verb.SUBMIT, *where))
    if question.kind is QuestionKind.ORDER and position.chosen:
        shown.append(button("button.again", Verb.AGAIN, *where))
    return tuple(shown)


def after_tap(question: Question, position: Position, place: int, count: int) -> tuple[tuple[int, ...], bool]:
    """What is chosen after an option was tapped, and whether that completes the answer."""
    if question.kind is QuestionKind.MULTIPLE:
        chosen = set(position.chosen) ^ {place}
        return tuple(sorted(chosen)), False
    if question.kind is QuestionKind.ORDER:
        chosen_so_far = position.chosen if place in position.chosen else (*position.chosen, place)
        if len(chosen_so_far) == count - 1:  # the last one has only one place left
            chosen_so_far += tuple(left for left in range(count) if left not in chosen_so_far)
        return chosen_so_far, len(chosen_so_far) == count
    return (place,), True


def typed_choice(question: Question, typed: str) -> tuple[int, ...] | None:
    """The places of several typed letters or numbers for a question that takes several; None for anything else."""
    if question.kind not in (QuestionKind.MULTIPLE, QuestionKind.ORDER):
        return None
    places = typed_letters(typed)
    count = len(question.options)
    if places is None or len(set(places)) != len(places) or any(place >= count for place in places):
        return None
    if question.kind is QuestionKind.ORDER and len(places) != count:
        return None
    return tuple(places) if len(places) > 1 else None


def feedback(question: Question, grade: Grade) -> str:
    """Right or wrong, the right answer, and why."""
    if grade.correct:
        return "\n".join([text("quiz.right"), grade.explanation])
    joiner = " → " if question.kind is QuestionKind.ORDER else "; "
    answer = text("quiz.answer", answer=joiner.join(option.text for option in grade.right))
    return "\n".join([text("quiz.wrong"), answer, grade.explanation])

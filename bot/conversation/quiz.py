"""Showing a quiz question and reading what was chosen; grading is lessons.quiz."""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.message import Button, Reply
from bot.conversation.buttons import LABEL_LIMIT, button
from bot.conversation.payloads import Verb, make
from bot.conversation.pictures import picture_alt, picture_path
from bot.conversation.turn import Turn
from bot.conversation.typed import typed_letters
from bot.texts import text
from lessons.models import Lesson, Option, Question, QuestionKind
from lessons.quiz import Grade, shuffled_options

LETTERS = "ABCDEFGH"
SHORT_OPTION = 30  # characters that a button of a 360 px phone shows in large type; longer options go in the text


@dataclass(frozen=True, slots=True)
class Sheet:
    """A question before a resident: the ``number``-th of ``total``, and what is chosen of it so far.

    ``run`` and ``step`` tell its buttons from those of other questions; ``chosen`` are places of options.
    """

    lesson: Lesson
    question: Question
    run: int
    step: int
    number: int
    total: int
    chosen: tuple[int, ...] = ()

    def options(self, turn: Turn) -> list[Option]:
        """The options in the order this chat sees them in this run."""
        return shuffled_options(self.question, f"{turn.chat.id}:{self.run}")

    def ids(self, turn: Turn, places: tuple[int, ...]) -> tuple[str, ...]:
        """The ids of the options at these places, as they are graded and kept."""
        options = self.options(turn)
        if self.question.kind.takes_all_in_order:
            return tuple(options[place].id for place in places)
        # In the order of the material: how the options were shuffled says nothing.
        picked = {options[place].id for place in places}
        return tuple(one.id for one in self.question.options if one.id in picked)


def question_reply(turn: Turn, sheet: Sheet, edit: bool = False, more: tuple[Button, ...] = ()) -> Reply:
    """A question with its options as buttons; long options are lettered in the text. ``more`` buttons come last."""
    question, options = sheet.question, sheet.options(turn)
    lines = [text("quiz.question", number=sheet.number, total=sheet.total, text=question.text)]
    lettered = any(len(option.text) > SHORT_OPTION for option in options)
    if lettered:
        lines += [text("quiz.option", letter=LETTERS[place], label=option.text) for place, option in enumerate(options)]
    if question.kind is QuestionKind.MULTIPLE:
        lines.append(text("quiz.several"))
    if question.kind is QuestionKind.ORDER:
        lines.append(text("quiz.order"))
        if sheet.chosen:
            chosen = " → ".join(_label(options, place, lettered) for place in sheet.chosen)
            lines.append(text("quiz.so_far", chosen=chosen))
    if question.kind is QuestionKind.MATCH:
        lines += _pairs(sheet, options, lettered)
    return Reply(
        "\n".join(lines),
        (*_buttons(sheet, options, lettered), *more),
        image=picture_path(sheet.lesson, question.picture),
        image_alt=picture_alt(question.picture),
        edit=edit,
    )


def _pairs(sheet: Sheet, options: list[Option], lettered: bool) -> list[str]:
    """The pairs made so far, and the prompt that an option is chosen for next."""
    prompts = sheet.question.prompts
    made = [
        text("quiz.pair", prompt=prompt, label=_label(options, place, lettered))
        for prompt, place in zip(prompts, sheet.chosen, strict=False)
    ]
    return [*made, text("quiz.match", number=len(made) + 1, total=len(prompts), prompt=prompts[len(made)])]


def _label(options: list[Option], place: int, lettered: bool) -> str:
    return LETTERS[place] if lettered else options[place].text


def _buttons(sheet: Sheet, options: list[Option], lettered: bool) -> tuple[Button, ...]:
    where = (sheet.run, sheet.step)
    kind = sheet.question.kind
    shown = []
    for place in range(len(options)):
        label = _label(options, place, lettered)
        if kind is QuestionKind.MULTIPLE:
            mark = "quiz.chosen_mark" if place in sheet.chosen else "quiz.option_mark"
            label = text(mark, label=label)
        if kind.takes_all_in_order and place in sheet.chosen:
            continue
        shown.append(Button(label[:LABEL_LIMIT], make(Verb.OPTION, *where, place)))
    if kind is QuestionKind.MULTIPLE:
        shown.append(button("button.done", Verb.SUBMIT, *where))
    if kind.takes_all_in_order and sheet.chosen:
        shown.append(button("button.again", Verb.AGAIN, *where))
    return tuple(shown)


def after_tap(sheet: Sheet, place: int) -> tuple[tuple[int, ...], bool]:
    """What is chosen after an option was tapped, and whether that completes the answer."""
    kind, count = sheet.question.kind, len(sheet.question.options)
    if kind is QuestionKind.MULTIPLE:
        chosen = set(sheet.chosen) ^ {place}
        return tuple(sorted(chosen)), False
    if kind.takes_all_in_order:
        chosen_so_far = sheet.chosen if place in sheet.chosen else (*sheet.chosen, place)
        if len(chosen_so_far) == count - 1:  # the last one has only one place left
            chosen_so_far += tuple(left for left in range(count) if left not in chosen_so_far)
        return chosen_so_far, len(chosen_so_far) == count
    return (place,), True


def typed_choice(question: Question, typed: str) -> tuple[int, ...] | None:
    """The places of several typed letters or numbers for a question that takes several; None for anything else."""
    if question.kind is not QuestionKind.MULTIPLE and not question.kind.takes_all_in_order:
        return None
    places = typed_letters(typed)
    count = len(question.options)
    if places is None or len(set(places)) != len(places) or any(place >= count for place in places):
        return None
    if question.kind.takes_all_in_order and len(places) != count:
        return None
    return tuple(places) if len(places) > 1 else None


def feedback(turn: Turn, question: Question, grade: Grade) -> str:
    """Right or wrong, the right answer, and why; in easy reading only the main reason."""
    why = question.why if turn.easy else grade.explanation
    if grade.correct:
        return "\n".join([text("quiz.right"), why])
    return "\n".join([text("quiz.wrong"), _right_answer(question, grade), why])


def _right_answer(question: Question, grade: Grade) -> str:
    if question.kind is QuestionKind.MATCH:
        pairs = zip(question.prompts, grade.right, strict=True)
        return "\n".join(text("quiz.pair", prompt=prompt, label=option.text) for prompt, option in pairs)
    joiner = " → " if question.kind is QuestionKind.ORDER else "; "
    return text("quiz.answer", answer=joiner.join(option.text for option in grade.right))

"""A lesson being read: its cards one at a time, the task to try, the questions, the score."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.channels.message import Button, FileNote, Reply
from bot.conversation import position as positions
from bot.conversation.address import words
from bot.conversation.buttons import button, consent_buttons, to_menu
from bot.conversation.certificates import certificate_buttons
from bot.conversation.learned import next_lesson, progress_of, record
from bot.conversation.payloads import Verb
from bot.conversation.pictures import picture_alt, picture_path, sound_path
from bot.conversation.position import Position
from bot.conversation.quiz import Sheet, feedback, question_reply
from bot.conversation.turn import Turn
from bot.texts import text
from lessons.catalogue import Lesson
from lessons.easy_reading import pieces
from lessons.quiz import grade


@dataclass(frozen=True, slots=True)
class LessonRun:
    """The position of a resident together with the lesson in the version begun."""

    position: Position
    lesson: Lesson
    may_pass: bool = False
    changed: bool = False
    """Never: the version begun is kept."""

    @property
    def run(self) -> int:
        """Which run of a lesson this is."""
        return self.position.run

    @property
    def step(self) -> int:
        """Which card, task or question is shown."""
        return self.position.step

    @property
    def at(self) -> str:
        """When the lesson was touched last."""
        return self.position.at

    def sheet(self) -> Sheet | None:
        """The question that is asked, None at a card or the task."""
        place = self.position.question_number(self.lesson)
        if place is None:
            return None
        questions = self.lesson.questions
        return Sheet(
            self.lesson, questions[place], self.run, self.step, place + 1, len(questions), self.position.chosen
        )

    def show(self, turn: Turn) -> list[Reply]:
        """The present step."""
        return [self._reply(turn)]

    def choose(self, turn: Turn, chosen: tuple[int, ...]) -> list[Reply]:
        """Keep what is chosen so far and show the question with it."""
        position = replace(self.position, chosen=chosen)
        positions.save(turn, position)
        return [replace(self, position=position)._reply(turn, edit=True)]

    def _reply(self, turn: Turn, edit: bool = False) -> Reply:
        sheet = self.sheet()
        if sheet is not None:
            return question_reply(turn, sheet, edit)
        number = self.position.card_number(self.lesson)
        parts, part = self._parts(turn), self.part(turn)
        if number is None:
            said = text("learn.practice", text=parts[part]) if part == 0 else parts[part]
            return Reply(said, (self.next_button(turn), *self._listen_buttons(turn)))
        card, total = self.lesson.cards[number], len(self.lesson.cards)
        said = text("learn.card", number=number + 1, total=total, text=parts[part]) if part == 0 else parts[part]
        picture = card.picture if part == 0 else None
        return Reply(
            said,
            (self.next_button(turn), *self._listen_buttons(turn)),
            image=picture_path(self.lesson, picture),
            image_alt=picture_alt(picture),
        )

    def next_button(self, turn: Turn) -> Button:
        """The way on from the present card, piece of one, or task."""
        part = self.part(turn)
        ends = self.position.card_number(self.lesson) is None and part == len(self._parts(turn)) - 1
        return button("button.to_quiz" if ends else "button.next_card", Verb.NEXT, self.run, self.step, part)

    def _listen_buttons(self, turn: Turn) -> tuple[Button, ...]:
        if not turn.offers.reads_aloud(turn.chat.channel):
            return ()
        return (button("button.listen", Verb.LISTEN, self.run, self.step, self.part(turn)),)

    def sound(self, turn: Turn, step: int, part: int) -> FileNote | None:
        """A card or the task of this lesson read aloud, in easy reading a piece of one; None for any other step."""
        if not 0 <= step <= len(self.lesson.cards):
            return None
        label = text("learn.sound_card", number=step + 1) if step < len(self.lesson.cards) else text("learn.sound_task")
        return FileNote(sound_path(self.lesson, step, part if turn.easy else None), label)

    def part(self, turn: Turn) -> int:
        """Which piece of the card is shown, from 0; easy reading may have been switched since it was kept."""
        return min(self.position.part, len(self._parts(turn)) - 1)

    def _parts(self, turn: Turn) -> tuple[str, ...]:
        """The pieces of the present card or task: one, or in easy reading one step each."""
        number = self.position.card_number(self.lesson)
        whole = self.lesson.practice if number is None else self.lesson.cards[number].text
        return pieces(whole) if turn.easy else (whole,)

    def next(self, turn: Turn) -> list[Reply]:
        """The step after a card, a piece of one, or the task."""
        part = self.part(turn) + 1
        if part < len(self._parts(turn)):
            moved = self.position.at_part(turn, part)
        else:
            moved = self.position.moved(turn, self.step + 1, self.position.right)
        positions.save(turn, moved)
        return replace(self, position=moved).show(turn)

    def answer(self, turn: Turn, places: tuple[int, ...]) -> list[Reply]:
        """Grade and record the answer, say why, go on. Raises ValueError outside a question."""
        sheet = self.sheet()
        if sheet is None:
            raise ValueError("there is no question to answer at this step")
        chosen = sheet.ids(turn, places)
        result = grade(sheet.question, chosen)
        record(turn, sheet, chosen, result.correct)
        said = feedback(turn, sheet.question, result)
        moved = self.position.moved(turn, self.step + 1, self.position.right + result.correct)
        if moved.question_number(self.lesson) is None:
            positions.save(turn, None)
            return [Reply(said), _summary(turn, self.lesson, moved.right)]
        positions.save(turn, moved)
        if turn.easy:  # one thing a message: the next question comes when it is asked for
            return [Reply(said, (button("button.next_question", Verb.RESUME),))]
        return [Reply(said), *replace(self, position=moved).show(turn)]


def _summary(turn: Turn, done: Lesson, right: int) -> Reply:
    total = len(done.questions)
    lines = [text("learn.summary", lesson=done.title, right=right, total=total)]
    lines.append(text("learn.all_right" if right == total else "learn.some_wrong", **words(turn)))
    current = turn.catalogue.lesson(done.id)
    if current is not None and current.version != done.version:
        lines.append(text("learn.newer_version"))
    progress = progress_of(turn)
    finished = progress.finished_lessons if progress is not None else frozenset({done.id})
    following = next_lesson(turn, finished, after=done.id, around=progress is not None)
    buttons: list[Button] = [*certificate_buttons(turn, progress, done.course_id)]
    if buttons:
        lines.append(text("certificate.earned", **words(turn)))
    if following is not None:
        lines.append(text("learn.next", lesson=following.title))
        buttons.append(button("button.next_lesson", Verb.LESSON, following.id))
    else:
        lines.append(text("learn.all_done"))
    if turn.offers.papers_reach(turn.chat.channel):
        buttons.append(button("button.handout", Verb.HANDOUT, done.id))
    if not turn.easy:
        buttons += [button("button.repeat_lesson", Verb.LESSON, done.id), button("button.courses", Verb.COURSES, 0)]
    if turn.learner_id is None:
        lines += [text("learn.not_kept"), text("learn.offer_consent")]
        buttons.append(consent_buttons()[0])
    return Reply("\n".join(lines), (*buttons, to_menu()))

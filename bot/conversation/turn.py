"""One message being answered: who asks, what was said, and what may be touched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.channels.message import Message
from bot.conversation.offers import Offers
from bot.conversation.ports import ChatContext, GroupView, PersonView, Repositories, WardView
from bot.conversation.ports_knowledge import Answerer
from bot.conversation.purposes import LEARNING
from lessons.catalogue import Catalogue

# Keys of ChatContext.state. Values are replaced, never changed in place: the store compares old and new.
NOTICED = "noticed"  # the notice about the assistant and the data was shown
STOPPED = "stopped"  # the resident wants no message they did not ask for
WAITING = "waiting"  # what the next typed text may be: "ward", "group", "name" or "paper"
OFFERED = "offered"  # the buttons of the last replies, for who types instead of tapping
ASKED = "asked"  # the last questions, masked
CHOICES = "choices"  # the readings offered last
LESSON = "lesson"  # where in a lesson
DRILL = "drill"  # where in a review or in the placement quiz
STARTED = "started"  # the resident has chosen where to start learning
PLACED = "placed"  # the course that the placement quiz found
EASY = "easy"  # easy reading: shorter, one step a message
ADDRESS = "address"  # how the resident wants to be addressed, a name of conversation/address.py
COUNT = "count"  # numbers questions and lesson runs, so that old buttons are known as old
REMIND = "remind"  # reminders were asked for: {} or when the last was sent and how many brought nobody back
PAPER = "paper"  # the course whose certificate waits for a name
TEAMWORK = "teamwork"  # a volunteer's command waits for a name or a number
TALKING = "talking"  # staff were asked to take over
LINKING = "linking"  # the code of another account, waiting for the confirming tap
DELETING = "deleting"  # deletion was asked for and waits for the confirming tap
WITHDRAWING = "withdrawing"  # so does taking back the agreement to learning
ENDING = "ending"  # and somebody else, who is to be deleted: a child, a neighbour without a phone
LIVE = "live"  # the live contest that was answered last in this chat
JOINING = "joining"  # the contest that somebody came for, while who and where is asked
ENROLLING = "enrolling"  # the resident has just agreed: after the place comes the age band
MINOR = "minor"  # somebody said that they are under 16


@dataclass(slots=True)
class Turn:
    """A message with its chat and the parts that answer it; ``text`` is normalised and stripped."""

    chat: ChatContext
    message: Message
    repositories: Repositories
    answerer: Answerer
    catalogue: Catalogue
    text: str
    offers: Offers = field(default_factory=Offers)
    forgotten: bool = False
    """The chat was wiped in this turn: nothing may be remembered of it."""
    delicate: bool = False
    """Not the moment for notices: somebody is in distress."""

    def recall(self, key: str) -> Any:
        """A value of the chat's state, or None."""
        return self.chat.state.get(key)

    def remember(self, key: str, value: Any) -> None:
        """Set a value of the chat's state; None takes it away."""
        if value is None:
            self.chat.state.pop(key, None)
        else:
            self.chat.state[key] = value

    def next_count(self) -> int:
        """A number that this chat has not used before."""
        count = int(self.recall(COUNT) or 0) + 1
        self.remember(COUNT, count)
        return count

    @property
    def easy(self) -> bool:
        """Whether the resident chose easy reading."""
        return bool(self.recall(EASY))

    @property
    def person(self) -> PersonView | None:
        """The resident, when they agreed to be remembered."""
        return None if self.chat.person_id is None else self.repositories.people.get(self.chat.person_id)

    @property
    def learner_id(self) -> int | None:
        """The person whose results are kept; None for who is anonymous or took that agreement back."""
        person = self.person
        return person.id if person is not None and person.agreed_to(LEARNING) else None

    @property
    def ward(self) -> WardView | None:
        """The resident's ward, when chosen and still known."""
        return None if self.chat.ward_code is None else self.repositories.wards.get(self.chat.ward_code)

    @property
    def group(self) -> GroupView | None:
        """The resident's group, when chosen and still known."""
        return None if self.chat.group_id is None else self.repositories.wards.group(self.chat.group_id)

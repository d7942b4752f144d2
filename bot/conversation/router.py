"""Which dialogue a message belongs to."""

from __future__ import annotations

from collections.abc import Callable

from bot.channels.message import TEXT_LIMIT, Message, Reply
from bot.conversation import (
    abstain,
    ask,
    attendance,
    broadcasting,
    certificates,
    consents,
    contest,
    contest_live,
    course_list,
    enrolment,
    held,
    human,
    learn,
    learners,
    linking,
    marks,
    menu,
    minors,
    my_data,
    offices,
    place,
    placement,
    preferences,
    progress,
    questions,
    reminders,
    review,
    typed,
    volunteer,
    welcome,
)
from bot.conversation.actions import act
from bot.conversation.address import addressed
from bot.conversation.buttons import ambiguous_number, offered_payload, remember_offered
from bot.conversation.fitting import fit
from bot.conversation.offers import Offers
from bot.conversation.payloads import BLOCKED, START_PREFIX, UNBLOCKED, Verb, parse
from bot.conversation.ports import ChatContext, Repositories
from bot.conversation.ports_knowledge import Answerer
from bot.conversation.turn import DELETING, ENDING, NOTICED, WAITING, WITHDRAWING, Turn
from knowledge.text import normalise
from lessons.catalogue import Catalogue

Handler = Callable[[Turn, tuple[str, ...]], list[Reply]]

_TAPS: dict[Verb, Handler] = {
    Verb.START: lambda turn, args: welcome.greet(turn),
    Verb.AGREE: welcome.agree,
    Verb.ANONYMOUS: welcome.anonymous,
    Verb.MENU: lambda turn, args: menu.menu(turn),
    Verb.HOW_TO_ASK: lambda turn, args: menu.how_to_ask(turn),
    Verb.WARDS: place.wards,
    Verb.WARD: place.choose_ward,
    Verb.GROUPS: place.groups,
    Verb.GROUP: place.choose_group,
    Verb.JOIN: place.join,
    Verb.CHOICE: lambda turn, args: ask.choose(turn, args, act),
    Verb.NONE_OF_THESE: abstain.none_of_these,
    Verb.OFFICES: offices.offices,
    Verb.RIGHT: marks.right,
    Verb.WRONG: marks.wrong,
    Verb.TELL_ME: marks.tell_me,
    Verb.FOLLOW: marks.follow,
    Verb.TOLD_RIGHT: marks.told_right,
    Verb.TOLD_WRONG: marks.told_wrong,
    Verb.COURSES: course_list.courses,
    Verb.COURSE: course_list.course,
    Verb.LESSON: learn.lesson,
    Verb.RESUME: questions.resume,
    Verb.NEXT: learn.next_step,
    Verb.LISTEN: learn.listen,
    Verb.HANDOUT: learn.handout,
    Verb.OPTION: questions.option,
    Verb.SUBMIT: questions.submit,
    Verb.AGAIN: questions.again,
    Verb.UNKNOWN: questions.unknown,
    Verb.REVIEW: review.review,
    Verb.REMIND: reminders.remind,
    Verb.PLACEMENT: placement.placement,
    Verb.PROGRESS: progress.progress,
    Verb.CERTIFICATE: certificates.certificate,
    Verb.PAPER_NAME: certificates.called_name,
    Verb.PAPER_RENAME: certificates.rename,
    Verb.SETTINGS: preferences.settings,
    Verb.EASY: preferences.easy,
    Verb.ADDRESSES: preferences.addresses,
    Verb.ADDRESS: preferences.address,
    Verb.MY_DATA: held.my_data,
    Verb.RENAME: my_data.rename,
    Verb.NO_NAME: my_data.no_name,
    Verb.KEEP_NAME: my_data.keep_name,
    Verb.DELETE: my_data.delete,
    Verb.DELETE_YES: my_data.delete_yes,
    Verb.DELETE_NO: my_data.delete_no,
    Verb.STOP: my_data.stop,
    Verb.UNSTOP: my_data.unstop,
    Verb.HUMAN: human.human,
    Verb.HUMAN_END: human.end,
    Verb.TEAM_LESSONS: broadcasting.lessons,
    Verb.TEAM_LESSON: broadcasting.lesson,
    Verb.TEAM_CONFIRM: broadcasting.confirm,
    Verb.TEAM_NEIGHBOUR: volunteer.neighbour,
    Verb.TEAM_SESSION: volunteer.session,
    Verb.TEAM_TAUGHT_COURSE: volunteer.taught_course,
    Verb.TEAM_TAUGHT: attendance.taught,
    Verb.TEAM_COME: attendance.come,
    Verb.TEAM_MARK: attendance.mark,
    Verb.TEAM_CANCEL: volunteer.cancel,
    Verb.TEAM_STEER: broadcasting.steer,
    Verb.TEAM_READERS: broadcasting.readers,
    Verb.TEAM_ONLY: broadcasting.only,
    Verb.LINK: lambda turn, args: linking.link(turn),
    Verb.LINK_YES: linking.link_yes,
    Verb.UNLINK: linking.unlink,
    Verb.UNLINK_YES: linking.unlink_yes,
    Verb.AGES: enrolment.ages,
    Verb.AGE: enrolment.age,
    Verb.CONSENTS: consents.consents,
    Verb.AGREE_TO: consents.agree_to,
    Verb.WITHDRAW: consents.withdraw,
    Verb.WITHDRAW_YES: consents.withdraw_yes,
    Verb.MINOR: minors.minor,
    Verb.NOT_MINOR: minors.not_minor,
    Verb.PERMIT_CHILD: minors.permit_yes,
    Verb.CHILD_YES: minors.child_yes,
    Verb.CHILD_END: minors.end,
    Verb.CHILD_END_YES: minors.end_yes,
    Verb.LEARNERS: learners.learners,
    Verb.LEARNER: learners.learner,
    Verb.LEARNER_CODE: learners.code,
    Verb.LEARNER_AGES: learners.ages_of,
    Verb.LEARNER_AGE: learners.age,
    Verb.LEARNER_DELETE: learners.delete,
    Verb.LEARNER_END: learners.delete_yes,
    Verb.CONTESTS: contest.contests,
    Verb.CONTEST: contest.contest,
    Verb.CONTEST_JOIN: contest.join,
    Verb.CONTEST_GO: contest.go,
    Verb.CONTEST_ANSWER: contest.answer,
    Verb.CONTEST_PRACTICE: contest.practice,
    Verb.CONTEST_TRY: contest.try_out,
    Verb.CONTEST_LIVE: contest_live.live_answer,
}

Intent = Callable[[Turn, str], list[Reply]]

_INTENTS: dict[str, Intent] = {
    "start": welcome.start,
    "agree": lambda turn, words: welcome.agree(turn, ()),
    "anonymous": lambda turn, words: welcome.anonymous(turn, ()),
    "menu": lambda turn, words: menu.menu(turn),
    "how_to_ask": lambda turn, words: menu.how_to_ask(turn),
    "courses": lambda turn, words: course_list.courses(turn),
    "resume": lambda turn, words: questions.resume(turn),
    "handout": lambda turn, words: learn.handout(turn),
    "listen": lambda turn, words: learn.listen(turn),
    "review": lambda turn, words: review.review(turn),
    "placement": lambda turn, words: placement.placement(turn),
    "progress": lambda turn, words: progress.progress(turn),
    "certificate": lambda turn, words: certificates.certificate(turn),
    "wards": lambda turn, words: place.ask_ward(turn),
    "groups": lambda turn, words: place.groups(turn, ()),
    "settings": lambda turn, words: preferences.settings(turn),
    "easy_on": lambda turn, words: preferences.set_easy(turn, True),
    "easy_off": lambda turn, words: preferences.set_easy(turn, False),
    "addresses": lambda turn, words: preferences.addresses(turn),
    "my_data": lambda turn, words: held.my_data(turn),
    "delete": lambda turn, words: my_data.delete(turn),
    "consents": lambda turn, words: consents.consents(turn),
    "permit_child": lambda turn, words: minors.permit(turn),
    "minor": lambda turn, words: minors.minor(turn),
    "stop": lambda turn, words: my_data.stop(turn),
    "unstop": lambda turn, words: my_data.unstop(turn),
    "rename": lambda turn, words: my_data.typed_name(turn, words) if words else my_data.rename(turn),
    "offices": lambda turn, words: offices.offices(turn),
    "human": lambda turn, words: human.human(turn),
    "staff_join": human.join,
    "staff_leave": lambda turn, words: human.leave(turn),
    "remind_on": lambda turn, words: reminders.begin(turn),
    "remind_off": lambda turn, words: reminders.end(turn),
    "team_role": volunteer.redeem,
    "team_groups": lambda turn, words: volunteer.progress(turn),
    "team_announce": broadcasting.announce,
    "team_lesson": lambda turn, words: broadcasting.lessons(turn),
    "team_neighbour": lambda turn, words: volunteer.neighbour(turn),
    "team_learners": lambda turn, words: learners.learners(turn),
    "team_session": lambda turn, words: volunteer.session(turn),
    "link": linking.link,
    "unlink": lambda turn, words: linking.unlink(turn),
    "contests": lambda turn, words: contest.contests(turn),
    "help": lambda turn, words: menu.help_(turn),
}


# What a typed text may be the name for; a tap or a wish means that it is not wanted any more.
_NAMES: dict[str, Intent] = {
    my_data.WAITS_NAME: my_data.typed_name,
    certificates.WAITS_PAPER_NAME: certificates.typed_name,
}


_CONFIRMED = {
    DELETING: (Verb.DELETE_YES,),
    WITHDRAWING: (Verb.WITHDRAW_YES,),
    ENDING: (Verb.CHILD_END_YES, Verb.LEARNER_END),
}


class Conversation:
    """Decides what to say. Has no state and no effect of its own: all of it is in the chat and the repositories."""

    def __init__(self, answerer: Answerer, catalogue: Catalogue, offers: Offers | None = None) -> None:
        self.answerer = answerer
        self.catalogue = catalogue
        self.offers = offers or Offers()

    def handle(self, chat: ChatContext, message: Message, repositories: Repositories) -> list[Reply]:
        """The replies to a message; changes ``chat``. May run again after a rollback.

        There is at least one reply, but to who has just blocked the bot: nothing would arrive.
        """
        said = normalise(message.text).strip()
        turn = Turn(chat, message, repositories, self.answerer, self.catalogue, said, self.offers)
        if message.payload == BLOCKED:
            chat.reachable = False
            return []
        replies = welcome.with_notice(turn, _respond(turn))
        fitted = fit([addressed(turn, reply) for reply in replies], turn.easy)
        if not turn.forgotten:
            remember_offered(turn, fitted)
        return fitted


def _respond(turn: Turn) -> list[Reply]:
    message = turn.message
    turn.chat.reachable = True
    if message.payload == UNBLOCKED:
        return welcome.greet(turn)
    if message.payload:
        return _tap(turn, message.payload)
    if typed.says_stop(turn.text):  # before whoever else reads what is typed: it must always work
        return my_data.stop(turn)
    taken = human.passed_on(turn) or _teamwork(turn)
    if taken is not None:
        return taken
    if message.attachment is not None:
        noted = menu.attachment(turn, message.attachment)
        return [Reply(noted.text), *_text(turn)] if typed.has_words(turn.text) else [noted]
    return _text(turn)


def _teamwork(turn: Turn) -> list[Reply] | None:
    """A name or a number that a helper was asked for; None when nothing was."""
    work = volunteer.asked_for(turn)
    if work is None:
        return None
    if volunteer.gives_up(turn):
        return volunteer.cancel(turn, ())
    return volunteer.name(turn, work) if work["waits"] == volunteer.WAITS_NEIGHBOUR else attendance.typed(turn, work)


def _tap(turn: Turn, payload: str) -> list[Reply]:
    if turn.recall(WAITING) in _NAMES:
        turn.remember(WAITING, None)
    if payload.startswith(START_PREFIX):
        return welcome.start(turn, payload.removeprefix(START_PREFIX))
    tap = parse(payload)
    _stop_asking(turn, None if tap is None else tap.verb)
    return menu.old_button(turn) if tap is None else _TAPS[tap.verb](turn, tap.args)


def _stop_asking(turn: Turn, verb: Verb | None = None) -> None:
    """What would delete is asked about first; anything but the confirming tap means no."""
    for key, confirming in _CONFIRMED.items():
        if verb not in confirming:
            turn.remember(key, None)


def _text(turn: Turn) -> list[Reply]:
    if len(turn.message.text) >= TEXT_LIMIT:
        return menu.too_long(turn)
    payload = place.numbered_group(turn) or offered_payload(turn)
    if payload is not None:
        return _tap(turn, payload)
    _stop_asking(turn)
    read_name = _NAMES.get(str(turn.recall(WAITING)))
    if read_name is not None:
        turn.remember(WAITING, None)
    wish = _wish(turn)
    if wish is not None:
        return wish
    if read_name is not None and "?" not in turn.text:
        return read_name(turn, turn.text)
    return _slip(turn) or welcome.typed_code(turn) or _place(turn) or ask.ask(turn, turn.text, act)


def _wish(turn: Turn) -> list[Reply] | None:
    """A command or one of the phrases that lead straight to a dialogue."""
    command = typed.command(turn.text)
    if command is not None:
        name, words = command
        return menu.unknown_command(turn) if name is None else _INTENTS[name](turn, words)
    name = typed.intent(turn.text)
    return None if name is None else _INTENTS[name](turn, "")


def _slip(turn: Turn) -> list[Reply] | None:
    """Letters and numbers that choose nothing, emoji, punctuation, nothing at all."""
    if ambiguous_number(turn):
        return menu.which_button(turn)
    answered = questions.typed_answer(turn)
    if answered is not None:
        return answered
    lone = typed.typed_number(turn.text) is not None or typed.typed_letter(turn.text) is not None
    if typed.has_words(turn.text) and not lone:
        return None
    again = (contest_live.typed_again(turn) or questions.choose_one(turn)) if lone else None
    if again is not None:
        return again
    return menu.unclear(turn) if turn.recall(NOTICED) or lone else welcome.greet(turn)


def _place(turn: Turn) -> list[Reply] | None:
    replies = place.typed_place(turn)
    if replies is not None:
        return replies
    named = place.said_wards(turn)
    if named:
        return place.settle_named(turn, named)
    if place.looks_like_place(turn):
        return place.unclear_place(turn)
    return place.bare_ward(turn)

"""A small answerer: real intents, three passages found by their words."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.answer_types import Answer, AnswerKind, Choice, Citation, OverrideSource
from knowledge.intents import load_intents
from knowledge.replies import reply
from knowledge.text import lexical_tokens

PASSAGES = (
    Citation(
        document="hung-dao",
        title="Kế hoạch phường Hưng Đạo",
        section="IV. Tổ chức thực hiện",
        passage="Báo cáo kết quả trước ngày 05/12 hằng năm.",
        ward="hung-dao",
        score=0.9,
        valid_from="2025",
        valid_until="2030",
        checked_on=None,
        source="UBND phường Hưng Đạo",
    ),
    Citation(
        document="tu-ky",
        title="Kế hoạch xã Tứ Kỳ",
        section="V. Báo cáo",
        passage="Báo cáo kết quả trước ngày 15/12 hằng năm.",
        ward="tu-ky",
        score=0.9,
        valid_from="2025",
        valid_until="2030",
        checked_on=None,
        source="UBND xã Tứ Kỳ; văn bản quét, đã khôi phục dấu tự động",
    ),
    Citation(
        document="vneid-quen-mat-khau",
        title="Quên mật khẩu VNeID",
        section="Các bước",
        passage="Bấm Quên mật khẩu, nhập số định danh, rồi làm theo hướng dẫn trên màn hình.",
        ward=None,
        score=0.9,
        valid_from=None,
        valid_until=None,
        checked_on="2026-11-21",
        source="vneid.gov.vn",
    ),
)
PLAN_WORDS = frozenset({"bao", "cao", "han", "nop"})
GUIDE_WORDS = frozenset({"mat", "khau", "vneid", "quen"})
ENOUGH = 2  # words in common


class SmallAnswerer:
    """Answers over PASSAGES. ``calls`` are (question, ward, previous) as they came."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str | None, tuple[str, ...]]] = []

    def answer(
        self,
        question: str,
        ward: str | None = None,
        previous: Sequence[str] = (),
        overrides: OverrideSource | None = None,
    ) -> Answer:
        self.calls.append((question, ward, tuple(previous)))
        action = load_intents().action(question)
        if action is not None:
            return Answer(AnswerKind.ACTION, reply("actions", action.value), 0.0, action=action)
        words = set(lexical_tokens(question))
        if len(words & GUIDE_WORDS) >= ENOUGH:
            return Answer(AnswerKind.ANSWER, PASSAGES[2].passage, 0.9, (PASSAGES[2],))
        if len(words & PLAN_WORDS) >= ENOUGH:
            if ward is None:
                return Answer(AnswerKind.CLARIFY, reply("clarify", "ward"), 0.0, wards=("hung-dao", "tu-ky"))
            own = [passage for passage in PASSAGES if passage.ward == ward]
            if own:
                return Answer(AnswerKind.ANSWER, own[0].passage, 0.9, (own[0],))
        choices = (Choice("Quên mật khẩu VNeID", "Quên mật khẩu VNeID"),) if "vneid" in words else ()
        return Answer(AnswerKind.ABSTAIN, reply("abstain", "unknown"), 0.0, choices=choices)

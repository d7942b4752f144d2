"""The menu of a ward's pages: in groups, each page with who may open it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.staff.access import EDITORS, EVERYONE, OVERSEERS, READERS
from bot.staff.accounts import Role

ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Entry:
    """A page: the name templates set as ``active``, its address below the ward's, its title, who may open it."""

    active: str
    path: str
    title: str
    roles: frozenset[Role] = EDITORS


MENU: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "Việc hằng ngày",
        (
            Entry("overview", "", "Tổng quan", EVERYONE),
            Entry("questions", "questions", "Câu hỏi chờ trả lời"),
            Entry("people", "people", "Gặp cán bộ"),
            Entry("broadcasts", "broadcasts", "Thông báo"),
            Entry("my_alerts", "my-alerts", "Tin báo cho tôi"),
        ),
    ),
    (
        "Học tập",
        (
            Entry("indicators", "indicators", "Chỉ tiêu", EVERYONE),
            Entry("groups", "groups", "Tổ dân phố, thôn", READERS),
            Entry("contests", "contests", "Cuộc thi", READERS),
            Entry("courses", "courses", "Khóa học và câu hỏi", OVERSEERS),
            Entry("reports", "reports", "Báo cáo", OVERSEERS),
            Entry("certificates", "certificates", "Giấy hoàn thành"),
            Entry("handouts", "handouts", "Tờ in bài học", READERS),
        ),
    ),
    (
        "Nội dung",
        (
            Entry("answers", "answers", "Câu đã trả lời"),
            Entry("content", "content", "Sửa nội dung"),
            Entry("offices", "offices", "Danh bạ", READERS),
            Entry("stale", "stale", "Cần kiểm tra lại"),
        ),
    ),
    (
        "Người dân",
        (
            Entry("helpers", "helpers", "Tình nguyện viên"),
            Entry("duplicates", "duplicates", "Hồ sơ trùng"),
            Entry("rights", "rights", "Yêu cầu dữ liệu"),
        ),
    ),
    (
        "Quản trị",
        (
            Entry("accounts", "accounts", "Tài khoản", ADMINISTRATORS),
            Entry("audit", "audit", "Nhật ký", ADMINISTRATORS),
            Entry("system", "system", "Hệ thống", ADMINISTRATORS),
            Entry("setup", "setup", "Thiết lập", ADMINISTRATORS),
            Entry("systems", "systems", "Kết nối hệ thống khác", ADMINISTRATORS),
        ),
    ),
)


def menu_of(role: Role) -> list[tuple[str, list[Entry]]]:
    """The groups of pages a role may open; a group without any is left out."""
    found = [(title, [entry for entry in entries if role in entry.roles]) for title, entries in MENU]
    return [(title, entries) for title, entries in found if entries]

"""The SQL views that define every measured figure, equal on SQLite and PostgreSQL.

Each ``event_NAME`` has a row for what one person adds on one day: (person_id, ward_code, group_id, day, course_id,
numerator, denominator). Each ``measure_NAME``, the definition that bot/indicators/definitions.yaml refers to, is their
sum by ward, group, day and course, with what deleted people left (bot/store/removed.py). The figure of a day is the sum
of all days up to it; that of a period the sum of its days.

An event belongs to the day and group of the answer that brought it about, by the time the answer was received: neither
the order in which answers were stored nor a replay changes it. Days are those of Vietnam. ``group_id`` 0 is nobody's.
``moment`` is the second and the group in one number, so that the first of many moments brings its group along.

A change here needs an Alembic revision (an empty one will do): views are made anew after every migration.
"""

from __future__ import annotations

from sqlalchemy import Connection, TextClause, inspect, text

ACTIVE_DAYS = 30  # a learner is active who answered a quiz question within this many days
WEEK_DAYS = 7  # who learnt this week is counted in the same way
SAFETY_COURSE = "an-toan"  # lessons/courses: the course whose answers are the score of K8
PASS_PERCENT = 70  # share of a lesson's questions answered right that passes it, as lessons.progress.PASS_MARK
GROUP_ROOM = 1_000_000  # group numbers are below it: seconds times it stay below 2^63 for some 290,000 years

# Words that differ: the second of a time, the day in Vietnam of a moment, a day some days later.
_WORDS = {
    "sqlite": {
        "second": "CAST(strftime('%s', answered_at) AS INTEGER)",
        "day": f"date(moment / {GROUP_ROOM}, 'unixepoch', '+7 hours')",
        "day_of_session": "date(held_at, '+7 hours')",
        "day_of_contest": "date(c.ends_at, '+7 hours')",
        "later": "date({from_day}, '+{days} days')",
    },
    "postgresql": {
        "second": "floor(extract(epoch FROM answered_at))::bigint",
        "day": f"((to_timestamp(moment / {GROUP_ROOM}) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)",
        "day_of_session": "((held_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)",
        "day_of_contest": "((c.ends_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)",
        "later": "({from_day} + {days})",
    },
}

# What events are made of, each from those before it. ``{which}`` narrows the log where only some of it is wanted.
_LOG = {
    "log_answer": """
        SELECT person_id, ward_code, course_id, lesson_id, lesson_version, question_id, question_count,
               CASE WHEN correct THEN 1 ELSE 0 END AS correct, {second} * {room} + coalesce(group_id, 0) AS moment
        FROM attempt WHERE ward_code IS NOT NULL{which}""",
    "log_question": """
        SELECT person_id, ward_code, lesson_id, lesson_version, question_id, min(course_id) AS course_id,
               max(question_count) AS question_count, min(moment) AS moment,
               min(CASE WHEN correct = 1 THEN moment END) AS right_moment
        FROM log_answer GROUP BY person_id, ward_code, lesson_id, lesson_version, question_id""",
    # A version of a lesson is finished when each of its questions was answered.
    "log_version": """
        SELECT person_id, ward_code, lesson_id, lesson_version, min(course_id) AS course_id, max(moment) AS moment
        FROM log_question GROUP BY person_id, ward_code, lesson_id, lesson_version
        HAVING count(*) >= max(question_count)""",
    "log_lesson": """
        SELECT person_id, ward_code, lesson_id, min(course_id) AS course_id, min(moment) AS moment
        FROM log_version GROUP BY person_id, ward_code, lesson_id""",
    # It is passed when it is finished and the share of PASS_PERCENT was answered right, at whatever try.
    "log_passed_lesson": """
        SELECT v.person_id, v.ward_code, v.lesson_id, min(v.course_id) AS course_id,
               min(CASE WHEN r.moment > v.moment THEN r.moment ELSE v.moment END) AS moment
        FROM log_version v JOIN (
            SELECT person_id, ward_code, lesson_id, lesson_version, min(right_moment) AS moment
            FROM (SELECT q.*, row_number() OVER (
                      PARTITION BY person_id, ward_code, lesson_id, lesson_version ORDER BY right_moment) AS nth
                  FROM log_question q WHERE right_moment IS NOT NULL) numbered
            WHERE nth * 100 >= {passes} * question_count
            GROUP BY person_id, ward_code, lesson_id, lesson_version) r
        ON r.person_id = v.person_id AND r.ward_code = v.ward_code AND r.lesson_id = v.lesson_id
           AND r.lesson_version = v.lesson_version
        GROUP BY v.person_id, v.ward_code, v.lesson_id""",
    # A course is finished by the lesson that makes as many as the course had on that day.
    "log_course": """
        SELECT person_id, ward_code, course_id, min(moment) AS moment
        FROM (SELECT n.*, s.lessons FROM (
                  SELECT l.*, {day} AS day, row_number() OVER (
                      PARTITION BY person_id, ward_code, course_id ORDER BY moment) AS nth
                  FROM log_lesson l) n
              JOIN course_size s ON s.course_id = n.course_id AND s.since <= n.day AND s.until > n.day) sized
        WHERE nth >= lessons GROUP BY person_id, ward_code, course_id""",
    "log_passed_course": """
        SELECT person_id, ward_code, course_id, min(moment) AS moment
        FROM (SELECT n.*, s.lessons FROM (
                  SELECT l.*, {day} AS day, row_number() OVER (
                      PARTITION BY person_id, ward_code, course_id ORDER BY moment) AS nth
                  FROM log_passed_lesson l) n
              JOIN course_size s ON s.course_id = n.course_id AND s.since <= n.day AND s.until > n.day) sized
        WHERE nth >= lessons GROUP BY person_id, ward_code, course_id""",
    "log_day": """
        SELECT person_id, ward_code, group_id, day,
               lag(day) OVER (PARTITION BY person_id, ward_code, group_id ORDER BY day) AS previous,
               lead(day) OVER (PARTITION BY person_id, ward_code, group_id ORDER BY day) AS next
        FROM (SELECT DISTINCT person_id, ward_code, moment % {room} AS group_id, {day} AS day FROM log_answer) days""",
}

_FIRST = "(SELECT person_id, ward_code, min(moment) AS moment FROM {log} GROUP BY person_id, ward_code) firsts"


def _event(log: str, numerator: str = "1", denominator: str = "0", course: str = "''", where: str = "") -> str:
    return (
        f"SELECT person_id, ward_code, moment % {{room}} AS group_id, {{day}} AS day, {course} AS course_id, "  # noqa: S608 - words of this file
        f"{numerator} AS numerator, {denominator} AS denominator FROM {log}{where}"
    )


# Who is counted as learning for so many days after each day of learning.
_STAYS = {"active": ACTIVE_DAYS, "weekly": WEEK_DAYS}


def _stretches(name: str) -> str:
    """One more learner on the first day of a stretch without a gap, one fewer so many days after its last."""
    return (
        "SELECT person_id, ward_code, group_id, day, '' AS course_id, 1 AS numerator, 0 AS denominator "  # noqa: S608 - words of this file
        f"FROM log_day WHERE previous IS NULL OR {{{name}_after_previous}} <= day UNION ALL "
        f"SELECT person_id, ward_code, group_id, {{{name}_after_day}} AS day, '' AS course_id, -1 AS numerator, "
        f"0 AS denominator FROM log_day WHERE next IS NULL OR {{{name}_after_day}} <= next"
    )


# What a person adds to each measure, and when.
_EVENTS = {
    "answers": _event("log_answer", "correct", "1"),
    "safety": _event("log_answer", "correct", "1", where=f" WHERE course_id = '{SAFETY_COURSE}'"),
    "lessons": _event("log_lesson"),
    "starters": _event(_FIRST.format(log="log_answer")),
    "learners": _event(_FIRST.format(log="log_lesson")),
    "courses": _event("log_course", course="course_id"),
    "finishers": _event(_FIRST.format(log="log_course"))
    + " UNION ALL "
    + _event(_FIRST.format(log="log_lesson"), "0", "1"),
    "passers": _event(_FIRST.format(log="log_passed_course")),
    "active": _stretches("active"),
    "weekly": _stretches("weekly"),
}

# Measures of what no person owns: sessions held face to face and how many came; who passed a contest, of who took part.
_SESSION = "SELECT ward_code, group_id, {day_of_session} AS day, '' AS course_id, "
_COUNTS = {
    "sessions": _SESSION + "1 AS numerator, 0 AS denominator FROM class_session",
    "attendances": _SESSION + "present AS numerator, 0 AS denominator FROM class_session",
    "contests": "SELECT c.ward_code, n.group_id, {day_of_contest} AS day, '' AS course_id, n.passed AS numerator, "
    "n.took_part AS denominator FROM contest_count n JOIN contest c ON c.id = n.contest_id",
}
PERSONAL = tuple(_EVENTS)
MEASURES = (*PERSONAL, *_COUNTS)
ROW = ("measure", "ward_code", "group_id", "day", "course_id", "numerator", "denominator")  # of the statements below
_SUMMED = "ward_code, group_id, day, course_id"


def _worded(sql: str, dialect: str, which: str = "") -> str:
    words = dict(_WORDS[dialect])
    later = words.pop("later")
    for name, days in _STAYS.items():
        for start in ("day", "previous"):
            words[f"{name}_after_{start}"] = later.format(from_day=start, days=days)
    return sql.format(**words, room=GROUP_ROOM, passes=PASS_PERCENT, which=which)


def _measure(name: str, dialect: str) -> str:
    """One definition: the sums of a measure by ward, group, day and course."""
    if name in _COUNTS:
        inner = f"SELECT * FROM ({_worded(_COUNTS[name], dialect)}) counts WHERE ward_code IS NOT NULL{{which}}"  # noqa: S608 - words of this file
    else:
        inner = f"SELECT {_SUMMED}, numerator, denominator FROM event_{name}"  # noqa: S608 - words of this file
    inner += (
        f" UNION ALL SELECT {_SUMMED}, numerator, denominator FROM removed_figure "  # noqa: S608 - words of this file
        f"WHERE measure = '{name}'{{which}}"
    )
    return (
        f"SELECT '{name}' AS measure, {_SUMMED}, sum(numerator) AS numerator, sum(denominator) AS denominator "  # noqa: S608 - words of this file
        f"FROM ({inner}) parts GROUP BY {_SUMMED}"
    )


def view_texts(dialect: str) -> dict[str, str]:
    """Every view with its query, in the order in which they can be made."""
    logs = {name: _worded(sql, dialect) for name, sql in _LOG.items()}
    events = {f"event_{name}": _worded(sql, dialect) for name, sql in _EVENTS.items()}
    return logs | events | {f"measure_{name}": _measure(name, dialect).format(which="") for name in MEASURES}


def make_views(connection: Connection) -> None:
    """Make every view; none may be there."""
    for name, query in view_texts(connection.dialect.name).items():
        connection.execute(statement(f"CREATE VIEW {name} AS {query}"))


def drop_views(connection: Connection) -> None:
    """Drop every view that is there, so that tables can be changed."""
    rest = " CASCADE" if connection.dialect.name == "postgresql" else ""
    for name in inspect(connection).get_view_names():
        if name.startswith(("log_", "event_", "measure_")):
            connection.execute(text(f"DROP VIEW IF EXISTS {name}{rest}"))


def _with_logs(dialect: str, which: str) -> str:
    """The views as parts of one statement: SQLite and PostgreSQL then work out each log once, not once a measure."""
    parts = {name: _worded(sql, dialect, which) for name, sql in _LOG.items()}
    parts |= {f"event_{name}": _worded(sql, dialect) for name, sql in _EVENTS.items()}
    return "WITH " + ", ".join(f"{name} AS ({query})" for name, query in parts.items())


def all_measures(dialect: str, one_ward: bool) -> str:
    """What all measure views say, in one statement: (measure, ward_code, group_id, day, course_id, numerator,
    denominator). ``one_ward``: of the ward ``:ward`` alone.
    """
    which = " AND ward_code = :ward" if one_ward else ""
    united = " UNION ALL ".join(_measure(name, dialect).format(which=which) for name in MEASURES)
    return f"{_with_logs(dialect, which)} {united}"


def of_person(dialect: str) -> str:
    """What the person ``:person`` added to every measure: the columns of ``all_measures``."""
    united = " UNION ALL ".join(
        f"SELECT '{name}' AS measure, {_SUMMED}, sum(numerator) AS numerator, sum(denominator) AS denominator "  # noqa: S608 - words of this file
        f"FROM event_{name} GROUP BY {_SUMMED}"
        for name in PERSONAL
    )
    return f"{_with_logs(dialect, ' AND person_id = :person')} {united}"


def people_of(dialect: str, name: str) -> str:
    """Who is counted in the numerator of a measure in a group of a ward on a day: (person_id)."""
    if name not in PERSONAL:
        raise ValueError(f"nobody is behind {name}")
    chosen = "ward_code = :ward AND group_id = :group AND day <= :day"
    return (
        f"{_with_logs(dialect, ' AND ward_code = :ward')} "  # noqa: S608 - words of this file
        f"SELECT person_id FROM event_{name} WHERE {chosen} GROUP BY person_id HAVING sum(numerator) > 0"
    )


def statement(sql: str) -> TextClause:
    """A statement of this file, ready to be executed: its colons are only those of its parameters."""
    return text(sql.replace("::", "\\:\\:"))

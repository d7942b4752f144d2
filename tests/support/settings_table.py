"""The README's table of settings, written from bot/settings.py: python -m tests.support.settings_table."""

from __future__ import annotations

from pathlib import Path

from bot.settings import ENVIRONMENT_PREFIX, Settings

BEGIN = "<!-- settings: python -m tests.support.settings_table writes this table -->"
END = "<!-- end of settings -->"


def settings_table() -> str:
    """The table in Markdown: name, default, meaning."""
    lines = ["| setting | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`"
        meaning = (field.description or "").replace("|", "\\|")
        lines.append(f"| `{ENVIRONMENT_PREFIX}{name.upper()}` | {default} | {meaning} |")
    return "\n".join(lines)


def rewrite(readme: str) -> str:
    """The README with its table replaced by the current one."""
    before, rest = readme.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{settings_table()}\n{END}{after}"


if __name__ == "__main__":
    path = Path(__file__).resolve().parents[2] / "README.md"
    path.write_text(rewrite(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")

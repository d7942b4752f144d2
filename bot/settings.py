"""Every setting of the program: its type, default and help. Read from BDHVS_* or a .env file in the working folder.

README.md holds the same table; a test compares them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ENVIRONMENT_PREFIX = "BDHVS_"
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class Settings(BaseSettings):
    """Settings of one installation. Secrets come from the environment or a file, never from the database."""

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX, env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    host: str = Field("127.0.0.1", description="Address to listen on. Off loopback the staff site needs HTTPS.")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    public_url: str | None = Field(
        None,
        description="The address residents use, such as https://hoc.phuong.example; "
        "posters, certificates and webhooks need it.",
    )
    data_dir: Path = Field(
        Path("var"), description="Folder of the database, indexes, uploads, backups and the instance lock."
    )
    database_url: str | None = Field(
        None,
        description="SQLAlchemy address of a PostgreSQL database (postgresql+psycopg://…); "
        "by default an SQLite file in the data folder.",
    )
    material_dir: Path | None = Field(
        None, description="Folder with knowledge/ and lessons/ material; by default what is shipped."
    )
    embedding_model: str | None = Field(
        None,
        description="Name or folder of a sentence-transformers model instead of the bundled encoder; "
        "needs the [transformers] extra and a new index.",
    )
    telegram_token: SecretStr | None = Field(None, description="Token of the Telegram bot from @BotFather.")
    telegram_base_url: str = Field(
        "https://api.telegram.org/bot", description="Address of the Bot API server, ending in /bot."
    )
    telegram_webhook_secret: SecretStr | None = Field(
        None,
        description="8 to 256 letters, digits, _ or -; set together with the public address to receive by webhook "
        "instead of long polling.",
    )
    telegram_per_second: float = Field(
        25.0,
        ge=0,
        description="Messages a second; Telegram's own server takes at most 30. 0 lifts every limit, for a Bot API "
        "server of your own.",
    )
    zalo_bot_token: SecretStr | None = Field(None, description="Token of the Zalo bot from Zalo Bot Creator.")
    zalo_bot_base_url: str = Field("https://bot-api.zaloplatforms.com", description="Address of the Zalo Bot Platform.")
    zalo_bot_webhook_secret: SecretStr | None = Field(
        None, description="8 to 256 characters; set to receive Zalo messages by webhook instead of polling."
    )
    zalo_bot_messages: int = Field(
        3000, ge=0, description="Messages a month of the Zalo bot's plan (Basic: 3000); 0: no limit."
    )
    zalo_bot_people: int = Field(50, ge=0, description="People the Zalo bot's plan allows (Basic: 50); 0: no limit.")
    zalo_oa_app_id: str | None = Field(None, description="Id of the app the Zalo Official Account is linked to.")
    zalo_oa_app_secret: SecretStr | None = Field(None, description="Secret of that app; renews the account's tokens.")
    zalo_oa_secret: SecretStr | None = Field(
        None, description="Secret key of the Official Account, which signs its webhooks; not the app's secret."
    )
    zalo_oa_paid_messages: int = Field(
        0,
        ge=0,
        description="Messages a month that the Official Account may pay for: those to people silent for 48 hours to "
        "7 days. 0: none is sent, staff see who could not be reached.",
    )
    zalo_oa_base_url: str = Field("https://openapi.zalo.me", description="Address of the Official Account API.")
    zalo_oa_oauth_url: str = Field("https://oauth.zaloapp.com", description="Address where its tokens are renewed.")
    token_key: SecretStr | None = Field(
        None,
        description="Key (AGE-SECRET-KEY-…) that seals tokens of accounts connected on the staff site, kept then in "
        "the database; PostgreSQL asks for it, the same for every program on it.",
    )
    speech_voice: str = Field(
        "vi",
        description="Voice of espeak-ng that reads cards aloud: vi, vi-vn-x-central or vi-vn-x-south; "
        "empty: nothing is read aloud.",
    )
    speech_command: str | None = Field(
        None,
        description="A better voice: a command that takes text on standard input and writes WAV to standard output, "
        "such as: piper --model vi.onnx --output_file -",
    )
    keep_texts_hours: int = Field(
        24,
        ge=1,
        le=24,
        description="Hours until the text of a handled message is blanked; residents are told 24.",
    )
    keep_replies_days: int = Field(7, ge=1, le=7, description="Days after which replies are deleted.")
    keep_questions_days: int = Field(
        90, ge=1, le=90, description="Days after which questions for staff are deleted; staff are told 90."
    )
    keep_staff_talks_days: int = Field(
        30, ge=1, le=30, description="Days a closed talk with staff is kept; residents are told 30."
    )
    keep_silent_days: int = Field(
        730, ge=0, description="Days after which a resident who was not seen is deleted as by /xoa; 0: never."
    )
    keep_requests_days: int = Field(
        1825, ge=365, description="Days the log of requests about personal data is kept; it names nobody."
    )
    keep_merges_days: int = Field(
        90,
        ge=1,
        description="Days within which the merge of two persons can be undone; what undoes it is kept so long.",
    )
    keep_backups_days: int = Field(
        90, ge=1, description="Days after which backups that the program made by itself are removed."
    )
    second_factor: Literal["optional", "administrators", "everyone"] = Field(
        "optional",
        description="Who must give a code of an authenticator app at sign-in: optional (who wants to), administrators "
        "or everyone.",
    )
    second_person: Literal["unless_alone", "always"] = Field(
        "unless_alone",
        description="Whether what one member of staff writes (answers, changed material) waits for a second: "
        "unless_alone (who is the only one in the ward decides alone) or always.",
    )
    backup_dir: Path | None = Field(
        None,
        description="Folder of the nightly backups, best on another disk; by default nightly/ in the data folder's "
        "backups/.",
    )
    backup_nightly: bool = Field(True, description="Make an encrypted backup every night.")
    backup_key_file: Path | None = Field(
        None,
        description="File of the key that encrypts backups (an age identity); by default backup-key.txt in the data "
        "folder, made at the first backup. Keep a copy elsewhere: without it no backup can be read.",
    )
    trusted_proxy: bool = Field(
        False,
        description="Believe X-Forwarded-Proto and X-Forwarded-For of the proxy in front; set only behind one.",
    )
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR. Logs never hold personal data.")

    @field_validator("public_url")
    @classmethod
    def _without_trailing_slash(cls, value: str | None) -> str | None:
        if value is None or value == "":
            return None
        if not value.startswith(("http://", "https://")):
            raise ValueError("must start with https:// (or http:// on loopback)")
        return value.rstrip("/")

    @field_validator(
        "backup_dir",
        "backup_key_file",
        "speech_command",
        "telegram_token",
        "token_key",
        "telegram_webhook_secret",
        "zalo_bot_token",
        "zalo_bot_webhook_secret",
        "zalo_oa_app_id",
        "zalo_oa_app_secret",
        "zalo_oa_secret",
        mode="before",
    )
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @property
    def sqlalchemy_url(self) -> str:
        """The database's address: the setting, or the SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'bdhvs.sqlite3').as_posix()}"

    @property
    def nightly_backups(self) -> Path:
        """Where the nightly backups lie."""
        return self.backup_dir or self.data_dir / "backups" / "nightly"

    @property
    def backup_key(self) -> Path:
        """The file of the key that encrypts them."""
        return self.backup_key_file or self.data_dir / "backup-key.txt"

    @property
    def on_loopback(self) -> bool:
        """Whether only this computer can reach the server."""
        return self.host in LOOPBACK_HOSTS

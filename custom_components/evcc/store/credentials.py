"""The password of the REST API's own login, and the secret that signs its tokens.

The password is kept as a bcrypt hash. Each change of it makes a new secret, so tokens of before are worth
nothing any more. What is kept here never leaves: no diagnostics, no log, no state.
"""

import asyncio
from collections.abc import Callable
import logging
import re
import secrets
from typing import Final

import bcrypt

from homeassistant.core import HomeAssistant

from ..const import DOMAIN
from . import Problem, StoreError
from .settings import Document

_LOGGER = logging.getLogger(__name__)

KEY: Final = f"{DOMAIN}.auth"
VERSION: Final = 1

COST: Final = 10  # bcrypt's cost as the original has it: some 60 ms of one core
LONGEST: Final = 72  # bytes; what is behind them bcrypt does not see
AT_ONCE: Final = 2  # hashes worked out side by side: a flood of logins must leave threads to others

_NOBODYS: Final = b"$2b$10$v0oQfweEpwfAUF9Nt7oT0O3S0teXDsHSJ8i95lv0n3mGrFMXtwKjy"
"""The hash of a password that nobody knows: refusing takes as long without a password as with one."""

_HASH: Final = re.compile(r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}", re.ASCII)
_SECRET: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Credentials:
    """The login of one site."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Know no password before `async_load`."""
        self._hass = hass
        self._document = Document(hass, KEY, VERSION, private=True)
        self._hash: bytes | None = None
        self._secret: str | None = None
        self._turns = asyncio.Semaphore(AT_ONCE)

    @property
    def problem(self) -> Problem | None:
        """Return what is wrong with the file."""
        return self._document.problem

    @property
    def has_password(self) -> bool:
        """Return whether anybody can log in."""
        return self._hash is not None

    @property
    def secret(self) -> str | None:
        """Return what tokens are signed with; None without a password."""
        return self._secret

    async def async_load(self) -> None:
        """Read the file. One that makes no sense is set aside, and there is no password then."""
        stored = await self._document.async_load()
        if not stored:
            return
        hashed, secret = str(stored.get("password")), str(stored.get("secret"))
        if _HASH.fullmatch(hashed) is None or _SECRET.fullmatch(secret) is None:
            await self._document.async_set_aside("no password and secret in it")
            return
        self._hash, self._secret = hashed.encode(), secret

    async def async_check(self, password: str) -> bool:
        """Return whether this is the password; it takes its time in any case."""
        raw = password.encode()
        right = await self._async_compute(bcrypt.checkpw, raw[:LONGEST], self._hash or _NOBODYS)
        return right and len(raw) <= LONGEST and self.has_password

    async def async_set_password(self, password: str) -> None:
        """Replace the password and end all logins.

        Raise ValueError for a password that cannot be one, StoreError if it would be lost with a restart.
        """
        raw = password.encode()
        if not raw:
            raise ValueError("password cannot be empty")
        if len(raw) > LONGEST:
            raise ValueError("bcrypt: password length exceeds 72 bytes")
        if self.problem in (Problem.NEWER, Problem.UNREADABLE):
            raise StoreError(f"{KEY} cannot be written")
        hashed = await self._async_compute(bcrypt.hashpw, raw, bcrypt.gensalt(COST))
        secret = secrets.token_hex(32)
        await self._document.async_save({"password": hashed.decode(), "secret": secret})
        # saving never fails, it only logs: with the old file, the old logins would come back some day
        if (await self._document.async_load()).get("secret") != secret:
            raise StoreError(f"{KEY} cannot be written")
        self._hash, self._secret = hashed, secret
        _LOGGER.info("The password of the REST API was set; whoever was logged in is not any more")

    async def _async_compute[*Ts, T](self, work: Callable[[*Ts], T], *args: *Ts) -> T:
        async with self._turns:
            return await self._hass.async_add_executor_job(work, *args)

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._document.async_remove()

"""The tokens of the API's own login: JSON web tokens, told from those of Home Assistant by their signature."""

from datetime import datetime, timedelta
from typing import Final

import jwt

LIFETIME: Final = timedelta(days=90)

_ALGORITHM: Final = "HS256"
_SUBJECT: Final = "admin"

_NO_TOKEN: Final = (jwt.InvalidTokenError, ValueError, RecursionError)
"""What the library says of texts that are none; a header may hold bytes of no alphabet, and nest its JSON."""


def issue(secret: str, expires: datetime) -> str:
    """Return a token that is good until then."""
    return jwt.encode({"sub": _SUBJECT, "exp": expires}, secret, algorithm=_ALGORITHM)


def is_valid(token: str, secret: str) -> bool:
    """Return whether a token was signed with this secret and has not expired."""
    try:
        claims = jwt.decode(token, secret, algorithms=[_ALGORITHM], options={"require": ["exp", "sub"]})
    except _NO_TOKEN:
        return False
    return bool(claims["sub"] == _SUBJECT)


def is_token(text: str) -> bool:
    """Return whether a text is a token at all, whoever signed it and when."""
    try:
        jwt.decode_complete(text, options={"verify_signature": False})
    except _NO_TOKEN:
        return False
    return True

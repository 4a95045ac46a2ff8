"""From what the core and the stores refuse to errors that Home Assistant shows in the user's language."""

from collections.abc import Iterator
from contextlib import contextmanager

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .const import DOMAIN
from .core.settings import SettingError
from .store import StoreError

__all__ = ["StoreError", "refusal", "user_errors"]


def refusal(key: str, **placeholders: object) -> ServiceValidationError:
    """Return the error for something that cannot be meant like this; `key` leads to its text."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={k: str(v) for k, v in placeholders.items()},
    )


@contextmanager
def user_errors() -> Iterator[None]:
    """Translate what is raised within."""
    try:
        yield
    except SettingError as err:
        raise refusal(err.key, **err.placeholders) from err
    except StoreError as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="sessions_unavailable",
            translation_placeholders={"error": str(err)},
        ) from err

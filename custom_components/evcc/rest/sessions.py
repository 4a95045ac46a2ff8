"""Operations of the tag sessions."""

from typing import Final

from .route import Route

ROUTES: Final[tuple[Route, ...]] = ()

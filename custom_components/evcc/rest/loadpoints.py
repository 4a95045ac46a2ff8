"""Operations of the tag loadpoints."""

from typing import Final

from .route import Route

ROUTES: Final[tuple[Route, ...]] = ()

"""Operations of the tag tariffs."""

from typing import Final

from .route import Route

ROUTES: Final[tuple[Route, ...]] = ()

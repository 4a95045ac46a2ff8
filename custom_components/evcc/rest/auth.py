"""Operations of the tag auth."""

from typing import Final

from .route import Route

ROUTES: Final[tuple[Route, ...]] = ()

"""Operations of the tag battery."""

from typing import Final

from .route import Route

ROUTES: Final[tuple[Route, ...]] = ()

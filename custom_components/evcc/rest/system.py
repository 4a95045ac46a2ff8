"""Operations of the tag system."""

from typing import Final

from .route import Route

ROUTES: Final[tuple[Route, ...]] = ()

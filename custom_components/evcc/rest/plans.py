"""Operations of the tag plans."""

from typing import Final

from .route import Route

ROUTES: Final[tuple[Route, ...]] = ()

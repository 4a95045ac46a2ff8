"""Operations of the tag vehicles."""

from typing import Final

from .route import Route

ROUTES: Final[tuple[Route, ...]] = ()

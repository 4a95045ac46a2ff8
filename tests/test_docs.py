"""Pages that are made from the integration's texts are up to date."""

from scripts import make_docs


def test_actions_are_documented_as_they_are() -> None:
    assert make_docs.TARGET.read_text(encoding="utf-8") == make_docs.page(), "run scripts/make_docs.py"

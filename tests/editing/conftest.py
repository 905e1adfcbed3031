"""The land and the clients of the conformance tests."""

from tests.conformance.conftest import editor, land

__all__ = ["editor", "land"]

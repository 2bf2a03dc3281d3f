"""Word lists, written by hand: one thing a line, remarks after "#"."""

from importlib import resources


def lines(name: str) -> list[str]:
    """The lines of a list, remarks left out."""
    text = resources.files(__name__).joinpath(name).read_text("utf8")
    return [line for line in text.splitlines() if line and line[0] != "#"]

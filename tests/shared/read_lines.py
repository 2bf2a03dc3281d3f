"""The lines that are read of a file, and pages around some HTML."""

from read_files import one


def lines(name, data) -> list[str]:
    return [line for line in one(name, data).text.split("\n") if line]


def page(body, head="") -> str:
    return f"<html><head><meta charset=utf-8>{head}</head><body>{body}</body></html>"

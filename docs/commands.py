"""Prints docs/commands.md: the help of every verb of ``yinju``, read from the code.

``python docs/commands.py > docs/commands.md`` writes it anew after a change of an option.
"""

import inspect
import sys
import textwrap
from pathlib import Path

import click

# The package beside this folder, also where another checkout is the one that is installed.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

HEAD = """\
# Commands

This page is made from the code by `python docs/commands.py > docs/commands.md`. Do not edit it by
hand: a test compares it with the code. `yinju --help` and `yinju VERB --help` show the same.

Results go to standard output, and everything else goes to standard error. The exit code is 0 when
the work is done, 2 for arguments that cannot be used, 130 when it was interrupted, 141 when nobody
reads the output any more, and 70 for a fault of Yinju's own. Other errors have the code of their
class in `rag.errors`. Every verb also takes `--debug`, which shows the trace of an error."""


def text_of(command: click.Command) -> str:
    """The description of a verb; what click is told not to wrap (a line of its own, backspace,
    stands before it) becomes a block of code.
    """
    paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    return "\n\n".join(
        textwrap.indent(one.removeprefix("\b\n"), "    ") if one.startswith("\b") else one
        for one in paragraphs
    )


def section(name: str, command: click.Command, group: click.Context) -> str:
    """The heading, the description and the table of options of one verb."""
    with click.Context(command, parent=group, info_name=name) as context:
        usage = " ".join(command.collect_usage_pieces(context))
        options = [one for one in command.params if isinstance(one, click.Option)]
        records = [one.get_help_record(context) for one in options]
    rows = [
        f"| `{option.replace('|', '/')}` | {said.replace('|', chr(92) + '|').replace('<', '&lt;')} |"
        for option, said in filter(None, records)
        if option != "--debug"
    ]
    table = "\n".join(["| option | meaning |", "|---|---|", *rows])
    return f"## yinju {name}\n\n    yinju {name} {usage}\n\n{text_of(command)}\n\n{table}"


def page() -> str:
    """The whole page."""
    from rag.cli import cli

    with click.Context(cli, info_name="yinju") as group:
        verbs = {name: cli.get_command(group, name) for name in cli.list_commands(group)}
        return "\n\n".join([HEAD, *(section(*one, group) for one in verbs.items())]) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())

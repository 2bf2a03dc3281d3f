"""The command ``yinju``: each verb is one call of the library. Results go to standard output,
everything else to standard error.

Exit codes: 0 success, 2 unusable arguments, others as in ``rag.errors``, 130 interrupted by the
user, 141 the reader of the output has closed it, 70 an error in Yinju itself.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from rag import __version__, options
from rag.errors import YinjuError

# The verbs of each module, which is loaded when one of them is called.
_MODULES = {
    "rag.commands.add": "add remove restore",
    "rag.commands.ask": "ask search",
    "rag.commands.batch": "batch",
    "rag.commands.build": "build update",
    "rag.commands.check": "check",
    "rag.commands.mcp": "mcp",
    "rag.commands.serve": "serve",
    "rag.commands.versions": "diff gc rollback status verify versions",
    "rag.commands.watch": "watch",
    "rag.evaluation.command": "eval",
}
_VERBS = {verb: module for module, verbs in _MODULES.items() for verb in verbs.split()}
_EXIT_INTERRUPTED, _EXIT_BROKEN_PIPE, _EXIT_INTERNAL = 130, 141, 70


def main(args: list[str] | None = None) -> None:
    """Runs the command line with ``args`` (None for those of the process), and exits."""
    sys.exit(run(args))


def run(args: list[str] | None = None) -> int:
    """Does the same as :func:`main`, but returns the exit code."""
    state = {"debug": False}
    try:
        return cli.main(args, prog_name="yinju", standalone_mode=False, obj=state) or 0
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "yinju"
        return _fail(f"{error.format_message()} (see {command} --help)", error.exit_code, state)
    except click.ClickException as error:
        return _fail(error.format_message(), error.exit_code, state)
    except (click.Abort, KeyboardInterrupt):
        return _EXIT_INTERRUPTED
    except YinjuError as error:
        return _fail(str(error), error.exit_code, state)
    except OSError as error:
        named = f"{error.filename}: " if error.filename else ""
        return _fail(f"{named}{error.strerror or error}", 1, state)
    except Exception as error:
        hint = "this is a fault of Yinju; --debug shows where"
        return _fail(f"{type(error).__name__}: {error} ({hint})", _EXIT_INTERNAL, state)


def _fail(message: str, code: int, state: dict) -> int:
    from rag.terminal import printable, put

    if state["debug"]:
        import traceback

        traceback.print_exc()
    put(printable("yinju: " + " ".join(message.split())), error=True)
    return code


class _Group(click.Group):
    """The group of verbs. It loads a verb only when it is called, and ends quietly when the user
    interrupts it or the reader of the output closes it.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_VERBS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _VERBS:
            return None
        return getattr(import_module(_VERBS[name]), name)

    def invoke(self, ctx: click.Context) -> object:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except KeyboardInterrupt:
            ctx.exit(_EXIT_INTERRUPTED)
        except BrokenPipeError:
            # What is still in the buffer would raise again when Python flushes it at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(_EXIT_BROKEN_PIPE)


@click.group(
    cls=_Group,
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="yinju", message="%(prog)s %(version)s")
@options.debug
def cli() -> None:
    """Ask news articles in Chinese or English; every answer is quoted word for word."""


if __name__ == "__main__":
    main()

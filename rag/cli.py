"""The command ``yinju``: each verb is one call of the library. Results go to standard output, all
else to error.

Exit codes: 0 done, 2 unusable arguments, others as ``rag.errors`` says, 130 interrupted, 141 nobody
reads the output any more, 70 a fault of Yinju's own.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from rag import __version__, options
from rag.errors import YinjuError

# Where the verbs are; loaded when they are called for.
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
INTERRUPTED, BROKEN_PIPE, INTERNAL = 130, 141, 70


def main(args: list[str] | None = None) -> None:
    """Run the command line with ``args`` (those of the process for None), and exit."""
    sys.exit(run(args))


def run(args: list[str] | None = None) -> int:
    """As :func:`main`, but returns the exit code."""
    state = {"debug": False}
    try:
        return cli.main(args, prog_name="yinju", standalone_mode=False, obj=state) or 0
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "yinju"
        return _fail(f"{error.format_message()} (see {command} --help)", error.exit_code, state)
    except click.ClickException as error:
        return _fail(error.format_message(), error.exit_code, state)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except YinjuError as error:
        return _fail(str(error), error.exit_code, state)
    except OSError as error:
        named = f"{error.filename}: " if error.filename else ""
        return _fail(f"{named}{error.strerror or error}", 1, state)
    except Exception as error:
        hint = "this is a fault of Yinju; --debug shows where"
        return _fail(f"{type(error).__name__}: {error} ({hint})", INTERNAL, state)


def _fail(message: str, code: int, state: dict) -> int:
    from rag.terminal import printable, put

    if state["debug"]:
        import traceback

        traceback.print_exc()
    put(printable("yinju: " + " ".join(message.split())), error=True)
    return code


class _Group(click.Group):
    """Ends quietly where the reader of the output or the user has had enough; loads the verbs
    late.
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
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            # What is still in the buffer would fail again when Python flushes it at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(BROKEN_PIPE)


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

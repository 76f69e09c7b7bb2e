"""Main: the ``holdfire`` command, its table of contents, and how it ends.

Turns arguments into one call of the app. Rule: a fault of the input is one clear message on standard error and
an exit code; the result is on standard output. Exit codes: 0 done; 1 faults were found, or a general refusal;
2 the command was written wrongly; 3 an input was refused; 4 an input is missing; 5 an output cannot be
written; 6 an id is unknown; 7 the model was violated; 8 the engine could not do its work; 70 a fault of the
program itself; 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from holdfire import __version__
from holdfire.cli import agreement, case, evidence, guarantee, publish, statements, trial, watching, world
from holdfire.errors import HoldfireError

__all__ = ["holdfire", "main"]

SECTIONS = (
    ("Begin here", ("demo", "warm")),
    ("Agreements", ("check", "diff", "schema")),
    ("Reports", ("map", "read")),
    ("From reports to findings", ("fuse", "assess", "explain")),
    ("The guarantee", ("ladder", "gate", "commitments", "calendar")),
    ("What was watched, and what changed", ("coverage", "compare", "trend")),
    ("Articles", ("statements", "relearn")),
    ("Evidence that others can check", ("case", "log")),
    ("Publication", ("bulletin",)),
    ("Worlds with known truth", ("simulate", "evaluate", "trial")),
)


class _Contents(click.Group):
    """Show the commands as a table of contents."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, names in SECTIONS:
            rows = []
            for name in names:
                command = self.get_command(ctx, name)
                if command is not None:
                    rows.append((name, command.get_short_help_str(90)))
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)


@click.group(cls=_Contents, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="holdfire")
def holdfire() -> None:
    """Say whether a ceasefire is being kept: clause by clause, with a probability and its evidence.

    Begin with 'holdfire demo'. Every command explains itself: 'holdfire COMMAND --help'.
    """


for _command in (
    *agreement.COMMANDS, *case.COMMANDS, *guarantee.COMMANDS, *statements.COMMANDS, *watching.COMMANDS,
    *evidence.COMMANDS, *publish.COMMANDS, *world.COMMANDS, *trial.COMMANDS,
):  # fmt: skip
    holdfire.add_command(_command)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        code = holdfire.main(args=None if arguments is None else list(arguments), standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.exceptions.Abort:
        click.echo("Interrupted; nothing half-written was left behind.", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except HoldfireError as error:
        click.echo(str(error), err=True)
        return error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except MemoryError:
        click.echo(
            "The machine has no memory left for this input.\n  Split it by time and run it in parts.",
            err=True,
        )
        return 3


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and end the process with its exit code."""
    sys.exit(_run(arguments))

"""Commands that are listed without being loaded: the module of one is imported when it is called."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from traceback import clear_frames
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from grainway.machine import interruption


@dataclass(frozen=True, slots=True)
class ListedCommand:
    """A command as the help shows it.

    Attributes:
        name: how it is called.
        module: what registers it with its application when imported.
        summary: first paragraph of its docstring.
    """

    name: str
    module: str
    summary: str


def listing_app(listing: Sequence[ListedCommand], **settings: Any) -> typer.Typer:
    """Return an application that shows, completes and suggests its commands without importing them.

    Args:
        listing: in the order of the help; their modules register themselves with the application as usual.
        settings: of ``typer.Typer``.
    """

    class ListingGroup(TyperGroup):
        def __init__(self, *, commands: Any = None, **attributes: Any) -> None:
            super().__init__(commands=commands, **attributes)
            registered: dict[str, Any] = dict(self.commands)
            self.commands = {
                listed.name: registered.pop(listed.name, None) or _UnloadedCommand(listed, app)
                for listed in listing
            }
            self.commands.update(registered)

        def invoke(self, ctx: Any) -> Any:
            try:
                return super().invoke(ctx)
            except KeyboardInterrupt as error:
                # what half-read files and pools of workers hold is given back now, not when Python ends
                clear_frames(error.__traceback__)
                raise typer.Exit(interruption.STATUS) from None  # no words of the library's own

    app = typer.Typer(cls=ListingGroup, **settings)
    return app


class _UnloadedCommand(TyperCommand):
    """Stands for a command in the help, and becomes it when called."""

    def __init__(self, listed: ListedCommand, app: typer.Typer) -> None:
        super().__init__(name=listed.name, help=listed.summary)
        self._listed = listed
        self._app = app

    # the types of typer's contexts have changed their place between its versions
    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        context = self._load().make_context(info_name, args, parent, **extra)
        if not context.resilient_parsing:
            context.with_resource(interruption.OrderlyEnd())
        return context

    def _load(self) -> Any:
        import_module(self._listed.module)
        return typer.main.get_group(self._app).commands[self._listed.name]

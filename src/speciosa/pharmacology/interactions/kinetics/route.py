"""What a route means to the gut wall, and which studies speak of it."""

from __future__ import annotations

from speciosa.case.vocabulary import Route

_PAST_THE_GUT = frozenset(
    {
        Route.INTRAVENOUS,
        Route.INTRAMUSCULAR,
        Route.SUBCUTANEOUS,
        Route.TRANSDERMAL,
        Route.TOPICAL,
    }
)
_BY_MOUTH = frozenset({None, Route.ORAL})  # a medicine whose route is not told is taken as usual


def passes_gut(route: Route | None) -> bool:
    """Whether any of the dose can pass the gut wall: all but what a needle or the skin takes."""
    return route not in _PAST_THE_GUT


def is_between(route: Route | None) -> bool:
    """Whether how much of the dose passes the gut wall is not known."""
    return passes_gut(route) and route not in _BY_MOUTH


def studied_as(route: Route | None) -> str:
    """The route of the studied pairs that answer for this one; empty where none does.

    A route between is judged by the model's worse way, even beside a study of its own: the few that
    there are hold one dose in healthy people, and their exposure differs with what is swallowed.
    """
    if route in _BY_MOUTH:
        return "oral"
    return "iv" if route is Route.INTRAVENOUS else ""


def route_flags(route: Route | None) -> tuple[str, ...]:
    """What a reader must be told of how the route was counted."""
    if studied_as(route):
        return ()
    if not is_between(route):
        return (f"route {route}: computed as into a vein; studies by other routes do not count",)
    return (
        f"route {route}: between swallowed and into a vein, and judged by the worse; part can be "
        "swallowed",
    )

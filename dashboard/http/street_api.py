"""Actuators and the commands to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from alerts.acts import SendCommand
from alerts.actuation.command_state import CommandState
from alerts.actuation.commands import Commander
from alerts.book import Book
from alerts.record.reading import Chosen, RecordReader
from alerts.record.reading import Page as Rows
from config.actuators import Actuator, Proof
from config.durations import format_duration
from dashboard.http import answers, configured
from dashboard.http.access import Role
from dashboard.http.acting import Acts, Said, caller_of, who_of
from dashboard.http.asked import body_of, known, number_of, query_of
from dashboard.http.page import Page, Parameter
from dashboard.http.paging import PAGING, paged
from dashboard.http.recorded import describe_line, describe_sent, recorded
from dashboard.http.refusal import RefusedError, answer

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Number = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
State = Literal["refused", "dry_run", "waiting", "decided", "sent", "unknown", "confirmed", "failed", "expired"]
_COMMANDS = (
    Parameter("actuator", "To this actuator.", Text),
    Parameter("state", "How far it is.", State),
    Parameter("alert", "On account of this alert.", Number),
    *PAGING,
)
_STATUS = {"unknown": 404, "not_allowed": 403}
"""Of the reasons of a refusal; of any other 409."""
_LINES = 200


class Commanding(Said):
    actuator: Text
    command: Text
    alert: Number | None = None
    """On account of which."""
    dry_run: bool = False
    """All checks, and nothing is sent."""


@dataclass(frozen=True, slots=True)
class StreetApi:
    actuators: Sequence[Actuator]
    commander: Commander
    book: Book
    reader: RecordReader
    acts: Acts

    def pages(self) -> tuple[Page, ...]:
        return (
            Page(
                "/api/actuators",
                Role.MONITOR,
                self.listed,
                summary="What can be commanded, how, by whom, and what it was commanded last.",
                answer=configured.Actuators,
            ),
            Page(
                "/api/actuators/{id:path}",
                Role.MONITOR,
                self.actuator,
                summary="One actuator.",
                answer=configured.Actuator,
            ),
            Page(
                "/api/commands",
                Role.MONITOR,
                self.commands,
                summary="The commands that are under way and the last thousand that have ended, the newest first.",
                answer=answers.Commands,
                query=_COMMANDS,
            ),
            Page(
                "/api/commands",
                Role.OFFICER,
                self.commanded,
                method="POST",
                body=Commanding,
                summary="A command to an actuator; operators may, and officers whom it names.",
                answer=answers.Command,
                refusals=(404, 409, 503),
            ),
            Page(
                "/api/commands/{number}",
                Role.MONITOR,
                self.one,
                summary="One command, how it went out, and what happened to it.",
                answer=answers.WholeCommand,
                refusals=(503,),
            ),
        )

    async def listed(self, request: Request) -> Response:
        query_of(request, ())
        return answer({"actuators": [self._actuator(actuator) for actuator in self.actuators]})

    async def actuator(self, request: Request) -> Response:
        query_of(request, ())
        actuators = {actuator.id: actuator for actuator in self.actuators}
        name = known(request.path_params["id"], actuators, "actuator", 404)
        return answer(self._actuator(actuators[name]))

    async def commands(self, request: Request) -> Response:
        query = query_of(request, _COMMANDS)
        if query["actuator"] is not None:
            known(query["actuator"], [actuator.id for actuator in self.actuators], "actuator")
        found = [state.describe() for state in reversed(self.commander.states) if _fits(state, query)]
        return answer(paged("commands", found, query["limit"], lambda command: int(command["number"])))

    async def commanded(self, request: Request) -> Response:
        said = await body_of(request, Commanding, '{"actuator": "ID", "command": "NAME", "who": "NAME", "why": "..."}')
        actuators = {actuator.id: actuator for actuator in self.actuators}
        actuator = actuators[known(said.actuator, actuators, "actuator", 404)]
        known(said.command, actuator.commands, f"command of {actuator.id}", 404)
        if said.alert is not None and self.book.numbered(said.alert) is None:
            raise RefusedError(404, f"no alert {said.alert} is firing")
        act = SendCommand(
            actuator=said.actuator,
            command=said.command,
            alert=said.alert or 0,
            dry_run=said.dry_run,
            operator=caller_of(request).may(Role.OPERATOR),
            who=who_of(request, said),
            why=said.why,
        )
        state: CommandState = await self.acts.done(act)
        if state.refused:
            raise RefusedError(_STATUS.get(state.refused, 409), f"{state.refused}: {state.reason}", state.describe())
        return answer(state.describe())

    async def one(self, request: Request) -> Response:
        query_of(request, ())
        number = number_of(request, "command")
        state = self.commander.state(number)
        chosen = Chosen({"command": number})
        lines = await recorded(lambda: self.reader.log(chosen, Rows(None, _LINES)))
        sent = await recorded(lambda: self.reader.commands(Chosen({"number": number}), Rows(None, 1)))
        if state is None and not (lines or sent):
            raise RefusedError(404, f"there is no command {number}")
        return answer(
            {
                "number": number,
                "command": None if state is None else state.describe(),
                "sending": describe_sent(sent[0]) if sent else None,
                "audit": [describe_line(line) for line in lines],
            }
        )

    def _actuator(self, actuator: Actuator) -> dict[str, Any]:
        newest = next((each for each in reversed(self.commander.states) if each.actuator == actuator.id), None)
        return {
            "id": actuator.id,
            "kind": actuator.kind,
            "name": actuator.name,
            "zone": actuator.zone,
            "office": actuator.office,
            "commands": {name: {"proof": _proof(command.proof)} for name, command in actuator.commands.items()},
            "does": self.commander.does(actuator.id),
            "newest": None if newest is None else newest.describe(),
            "dry_run": actuator.dry_run,
            "expires": format_duration(actuator.expires),
            "most": actuator.most,
            "within": format_duration(actuator.within),
            "apart": format_duration(actuator.apart),
            "interlocks": [interlock.model_dump(mode="json") for interlock in actuator.interlocks],
            "officers": list(actuator.officers),
            "offices": list(actuator.offices),
        }


def _fits(state: CommandState, query: dict[str, Any]) -> bool:
    return (
        query["actuator"] in (None, state.actuator)
        and query["state"] in (None, state.phase.value)
        and query["alert"] in (None, state.alert)
        and (query["cursor"] is None or state.number < query["cursor"])
    )


def _proof(proof: Proof | None) -> dict[str, Any] | None:
    return None if proof is None else {**proof.model_dump(mode="json"), "within": format_duration(proof.within)}

"""The advisory on a terminal: 80 columns, the verdict first, and words rather than colour to carry the meaning."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..advisory import Advisory, DoseAdvice, Finding, Severity, Verdict
from .digest import ASK_ALL, MANY_OPEN, broken_seal, certain, left_out, narrowed, standing, unanswered
from .words import (
    ADVISES,
    CHECKED,
    COULD_BE,
    POSITIONS,
    VERDICTS,
    amount,
    basis,
    cited,
    clean,
    day,
    last_treated,
    places,
    plural,
    shared_out,
    spoken,
    suggestion,
    used_already,
    where,
)

WIDTH: Final = 80
MOST_OPEN = 8
MOST_OPTIONS = 4
MOST_INFO = 6

STYLES: Final = {Verdict.OK: "green", Verdict.CAUTION: "yellow", Verdict.INCOMPLETE: "magenta", Verdict.STOP: "red"}


@dataclass(frozen=True, slots=True)
class Screen:
    """How the terminal looks. `colour` is None where there is none."""

    width: int = WIDTH
    colour: str | None = None

    @classmethod
    def here(cls) -> Screen:
        """The screen of standard output. NO_COLOR, TERM and FORCE_COLOR are honoured; a pipe is 80 columns wide."""
        probe = Console()
        colour = None if probe.no_color else probe.color_system
        return cls(max(40, min(probe.width, 100)) if probe.is_terminal else WIDTH, colour)


_PIPED: Final = Screen()


class Page:
    """Lines of a report, wrapped to the screen with a hanging indent."""

    def __init__(self, screen: Screen) -> None:
        self.sink = io.StringIO()
        self.console = Console(
            file=self.sink,
            width=screen.width,
            color_system=screen.colour,  # type: ignore[arg-type]
            force_terminal=screen.colour is not None,
            no_color=screen.colour is None,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
        )

    def line(self, text: str | Text, first: str = "", style: str = "", rest: str | None = None) -> None:
        """One paragraph: `first` before its first line, as many blanks before the others."""
        body = text if isinstance(text, Text) else Text(clean(text), style)
        blank = " " * len(first) if rest is None else rest
        room = max(20, self.console.width - max(len(first), len(blank)))
        for number, part in enumerate(body.wrap(self.console, room)):
            part.rstrip()
            self.console.print(Text(blank if number else first).append_text(part), soft_wrap=True)

    def as_written(self, text: str) -> None:
        """Lines to be copied: not wrapped, not indented."""
        for line in text.rstrip("\n").split("\n"):
            self.console.print(Text(clean(line)), soft_wrap=True)

    def gap(self) -> None:
        self.console.print()

    def heading(self, text: str, style: str = "") -> None:
        self.gap()
        self.line(text, style=f"bold {style}".strip())

    def text(self) -> str:
        return "\n".join(line.rstrip(" ") for line in self.sink.getvalue().split("\n"))


def report(advisory: Advisory, screen: Screen = _PIPED, *, full: bool = False) -> str:
    """The whole advisory; `full` adds what a normal check leaves to the record: every question, the timeline, counselling and sources."""
    page = Page(screen)
    _verdict(page, advisory)
    _options(page, advisory, full)
    _doses(page, advisory, full)
    _certain(page, advisory, Severity.STOP, full)
    _open(page, advisory, full)
    _certain(page, advisory, Severity.CAUTION, full)
    _infos(page, advisory, full)
    _exposure(page, advisory, full)
    _timeline(page, advisory, full)
    _counselling(page, advisory, full)
    _footer(page, advisory, full)
    return page.text()


def brief(advisory: Advisory, name: str, screen: Screen = _PIPED) -> str:
    """One paragraph: verdict, name and summary."""
    page = Page(screen)
    verdict = Text(VERDICTS[advisory.verdict].ljust(12), f"bold {STYLES[advisory.verdict]}")
    page.line(verdict.append(f"{clean(name)}: {clean(advisory.summary)}", "default"), rest=" " * 12)
    if broken := broken_seal(advisory):
        page.line(broken, " " * 12, STYLES[Verdict.STOP])
    return page.text()


def _verdict(page: Page, advisory: Advisory) -> None:
    word, style = VERDICTS[advisory.verdict], STYLES[advisory.verdict]
    banner = Text(f" {word} ", f"bold reverse {style}") if page.console.color_system else Text(f"=== {word} ===")
    named = f"{clean(advisory.case)}, " if advisory.case.strip() else ""
    page.line(banner.append(f"  {named}{day(advisory.date)}", "not reverse default"))
    page.line(advisory.summary, style="bold")
    if broken := broken_seal(advisory):
        page.line(broken, style=f"bold {STYLES[Verdict.STOP]}")


def _options(page: Page, advisory: Advisory, full: bool) -> None:
    if not advisory.options and advisory.earliest_date is None:
        return
    page.heading("What to change")
    shown = advisory.options if full else advisory.options[:MOST_OPTIONS]
    for number, option in enumerate(shown, 1):
        body = Text(clean(option.what).rstrip("."))
        body.append("  then: ").append(VERDICTS[option.verdict_if_done], f"bold {STYLES[option.verdict_if_done]}")
        page.line(body, f"  {number}. ")
    _more(page, len(advisory.options) - len(shown))
    named = {change.until for option in shown for change in option.changes}
    if advisory.earliest_date is not None and advisory.earliest_date not in named:
        page.line(Text("No stop is left from ").append(day(advisory.earliest_date), "bold").append(" on."), "  ")


def _doses(page: Page, advisory: Advisory, full: bool) -> None:
    page.gap()
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("Dose", width=10, no_wrap=True)
    table.add_column("Place", ratio=1, overflow="fold")
    table.add_column("Plan", max_width=7, overflow="fold")
    table.add_column("Suggested", max_width=20, overflow="fold")
    table.add_column("Stop above", max_width=13, overflow="fold")
    for dose in advisory.doses:
        style = STYLES[dose.verdict]
        table.add_row(
            Text(VERDICTS[dose.verdict], f"bold {style}"),
            Text("\n".join([where(dose.place, dose.label), *_points(dose)])),
            Text(f"{dose.planned} U" if dose.planned is not None else "none"),
            Text("\n".join(_suggested(dose))),
            Text("\n".join(_limits(dose, full))),
        )
    page.console.print(table)
    for dose in advisory.doses:
        if dose.position in ("below", "above") and dose.suggested is not None:
            for reason in dose.suggested.reasons:
                page.line(f"{where(dose.place, dose.label)}: {clean(reason)}", "  ", "dim", rest="    ")
    for at, reason in narrowed(advisory):
        page.line(f"{at}: {reason}" if at else reason, "  ", rest="    ")


def _points(dose: DoseAdvice) -> list[str]:
    shared = shared_out(dose.points)
    return [shared] if shared else []


def _suggested(dose: DoseAdvice) -> list[str]:
    if dose.suggested is None:
        return ["no dose shown"] if dose.position == "withheld" else ["none", POSITIONS[dose.position]]
    lines = [suggestion(dose.suggested, dose.place)]
    if used := used_already(dose.suggested):
        lines.append(used)
    return [*lines, POSITIONS[dose.position]]


def _limits(dose: DoseAdvice, full: bool) -> list[str]:
    """The narrowest line of the place, then the line of a point."""
    wide = [limit for limit in dose.limits if limit.of != "point"]
    points = [limit for limit in dose.limits if limit.of == "point"]
    return [f"{limit.units} {basis(limit.of, dose.place)}" for limit in [*(wide if full else wide[:1]), *points[:1]]] or ["-"]


def _certain(page: Page, advisory: Advisory, severity: Severity, full: bool) -> None:
    found = certain(advisory, severity)
    if not found:
        return
    style = STYLES[Verdict.STOP if severity is Severity.STOP else Verdict.CAUTION]
    page.heading(f"{'Stop' if severity is Severity.STOP else 'Caution'} ({len(found)})", style)
    for finding in found:
        _finding(page, advisory, finding, style, full)


def _finding(page: Page, advisory: Advisory, finding: Finding, style: str, full: bool) -> None:
    title = Text(clean(finding.title), f"bold {style}")
    if finding.places:
        title.append(f" - {places(finding.places, advisory.doses)}", "default not bold")
    page.line(title, "  ", rest="    ")
    page.line(finding.message, "    ")
    if full:
        page.line(finding.why, "    ")
        for fact in finding.facts:
            page.line(f"{spoken(fact.name)}: {clean(fact.value)} ({clean(fact.condition)})", "    - ")
    if finding.advise:
        page.line(finding.advise, "    Do: ")
    clears = clean(finding.clears_when)
    if finding.defer_until and finding.defer_until.isoformat() not in clears:
        clears = f"{clears.rstrip('.')} ({day(finding.defer_until)})." if clears else f"{day(finding.defer_until)}."
    if clears:
        page.line(clears, "    Clears: ", rest="      ")
    page.line(_basis(finding), "    ", "dim")


def _basis(finding: Finding) -> str:
    return f"{finding.rule}; {cited(finding.sources)}" if finding.sources else finding.rule


def _open(page: Page, advisory: Advisory, full: bool) -> None:
    entries = unanswered(advisory)
    if not entries:
        return
    page.heading(f"Not ruled out ({plural(len(entries), 'open question')})", STYLES[Verdict.INCOMPLETE])
    if len(entries) > MANY_OPEN:
        page.line(ASK_ALL, "  ", "bold")
    shown = entries if full else entries[:MOST_OPEN]
    for entry in shown:
        body = Text("Unanswered: " if entry.prompt else "Could hold: ").append(entry.prompt or entry.titles[0])
        body.append(f" ({COULD_BE[entry.worst]})", "bold" if entry.worst is Severity.STOP else "")
        page.line(body, "  ", rest="    ")
        if full and entry.prompt and entry.titles:
            page.line("; ".join(entry.titles), "      ", "dim")
    _more(page, len(entries) - len(shown))


def _infos(page: Page, advisory: Advisory, full: bool) -> None:
    found = certain(advisory, Severity.INFO)
    if not found:
        return
    page.heading(f"For information ({len(found)})")
    shown = found if full else found[:MOST_INFO]
    for finding in shown:
        at = f" ({places(finding.places, advisory.doses)})" if finding.places else ""
        message = f"{clean(finding.message)} {clean(finding.advise)}".strip()
        page.line(Text(message).append(at).append(f"  {_basis(finding) if full else finding.rule}", "dim"), "  - ")
    _more(page, len(found) - len(shown))


def _exposure(page: Page, advisory: Advisory, full: bool) -> None:
    exposure = advisory.exposure
    of = f" of at most {exposure.limit} U" if exposure.limit is not None else ""
    page.heading(f"Exposure over {exposure.window_days} days")
    recent = "; before: " + ", ".join(f"{spoken(part.purpose)} {amount(part.units)}" for part in exposure.recent) if exposure.recent else ""
    left = f"; {amount(exposure.remaining)} left" if exposure.remaining is not None else ""
    page.line(f"Planned {exposure.planned} U{recent}. Together {amount(exposure.total)}{of}{left}.", "  ")
    if exposure.peak.date != advisory.date:
        page.line(f"Highest on {day(exposure.peak.date)}: {amount(exposure.peak.units)}.", "  ")
    if exposure.uncountable:
        page.line("; ".join(map(clean, exposure.uncountable)), "  Cannot be counted: ", rest="    ")
    shown = exposure.muscles if full else [muscle for muscle in exposure.muscles if muscle.free_from and muscle.free_from > advisory.date]
    for muscle in shown:
        side = "" if muscle.side == "midline" else f", {muscle.side}"
        free = f", free from {day(muscle.free_from)}" if muscle.free_from else ""
        held = f"; recent {amount(muscle.recent)}" if full else ""
        page.line(f"{spoken(muscle.muscle)}{side}: last treated {last_treated(muscle.last_treated)}{free}{held}", "  ", rest="    ")


def _timeline(page: Page, advisory: Advisory, full: bool) -> None:
    if not advisory.timeline or not (full or advisory.verdict is Verdict.OK):
        return
    page.heading("Timeline")
    for entry in advisory.timeline:
        several = entry.until is not None and entry.until != entry.date
        days = f"{entry.date.isoformat()} to {entry.until}" if several else day(entry.date)
        if page.console.width < 60:
            page.line(f"{days}: {clean(entry.what)}", "  ", rest="    ")
        else:
            page.line(entry.what, f"  {days}".ljust(28))


def _counselling(page: Page, advisory: Advisory, full: bool) -> None:
    if not advisory.counselling:
        return
    if not full:
        page.gap()
        hidden = "" if advisory.verdict is Verdict.OK or not advisory.timeline else "Timeline and "
        page.line(f"{hidden}{plural(len(advisory.counselling), 'line')} of counselling: --full", style="dim")
        return
    for audience, title in (("patient", "Tell the patient"), ("injector", "For the injector")):
        told = [counsel for counsel in advisory.counselling if counsel.audience == audience]
        if told:
            page.heading(title)
        for counsel in told:
            page.line(counsel.text, "  - ")


def _footer(page: Page, advisory: Advisory, full: bool) -> None:
    page.gap()
    if read_as := left_out(advisory):
        page.line(f"Left out and read as: {read_as}.", style="dim")
    for line in standing(advisory):
        page.line(line, style="dim")
    if full:
        page.line(f"Product {advisory.product}; case {advisory.case_sha256[:12]}. Sources are {CHECKED}.", style="dim")
    verdict = Text(VERDICTS[advisory.verdict], f"not dim bold {STYLES[advisory.verdict]}")
    page.line(Text("Verdict: ", "dim").append(verdict).append(f". {ADVISES}"))


def _more(page: Page, count: int) -> None:
    if count > 0:
        page.line(f"and {count} more: --full, or --format json", "  ", "dim")


def divider(name: str, screen: Screen = _PIPED) -> str:
    """The line above one of several reports; of a long name its end, which tells files apart."""
    page, shown = Page(screen), clean(name)
    room = screen.width - len("---- ... ")
    if cell_len(shown) > room:
        while cell_len(shown) > room:
            shown = shown[1:]
        shown = f"...{shown}"
    dashes = "-" * (screen.width - cell_len(f"---- {shown} "))
    page.console.print(Text(f"---- {shown} {dashes}", "bold"), soft_wrap=True)
    return page.text()

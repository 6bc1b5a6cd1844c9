"""The draw of the next term, held by the services a registrar presses: as far as the phase says.

The people of the demo throw no dice: what they would have thrown is worked out from the seed of
the city, so that the same city draws the same numbers. Nothing else about the draw is invented.
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from accounts.models import User
from config.demo.chance import stream
from config.demo.records import CityPlan, PhasePlan
from courses.models import Term
from enrolment import services
from enrolment.domain.entropy import BEACON, DICE, DIGITS, THROWS, SourcePlan
from enrolment.models import EntropySource, Witness

WITH_SOURCES = frozenset({"renewal_open", "wishes_open", "frozen", "drawn", "confirming"})
HELD_UP_TO = ("frozen", "drawn", "confirming")
WITNESSES = (("许桂兰", "学员代表"), ("鲍国华", "学员代表"), ("方晓敏", "市公证处"))
OBJECTIONS_AFTER = timedelta(days=1, hours=6)  # from the closed list to the final one
# Known between the final list and the draw: nobody here has a hand in them.
LOTTERY_AT, INDEX_AT = timedelta(hours=-17, minutes=-45), timedelta(0)


class DrawDay:
    """The days from the closed list to the published results."""

    def __init__(self, plan: CityPlan, registrar: User) -> None:
        self.plan, self.registrar = plan, registrar
        self.term = Term.objects.get(code=plan.next_term.code)
        self.windows: dict[str, PhasePlan] = {p.phase: p for p in plan.next_term.phases}
        self.rng = stream(plan.seed, "what chance gave")

    def name_sources(self) -> None:
        """Say where chance will come from, and who sees it, while the prospectus is out."""
        at = self.windows["published"].begins
        draw = self.windows["drawn"].begins
        phase = self.term.phase
        Term.objects.filter(pk=self.term.pk).update(phase=Term.Phase.PUBLISHED)
        services.name_sources(
            term=self.term,
            plans=[
                SourcePlan(
                    kind=DICE,
                    name="dice",
                    what="三位监督员当场各掷8次骰子，共24个点数，全程录像",
                    fallback="当场换一副骰子重掷",
                    due_at=draw,
                ),
                SourcePlan(
                    kind=DIGITS,
                    name="welfare-lottery",
                    what="摇号前一晚福利彩票双色球的开奖号码，当晚电视和次日报纸公布",
                    fallback="最近一期已经公布的双色球号码",
                    due_at=draw + LOTTERY_AT,
                ),
                SourcePlan(
                    kind=DIGITS,
                    name="share-index",
                    what="摇号当天上证综合指数和深证成份指数的收盘点数，交易所公布",
                    fallback="前一个交易日的收盘点数",
                    due_at=draw + INDEX_AT,
                ),
            ],
            actor=self.registrar,
            at=at,
        )
        Term.objects.filter(pk=self.term.pk).update(phase=phase)
        for name, office in WITNESSES:
            services.name_witness(
                term=self.term, name=name, office=office, actor=self.registrar, at=at
            )

    def hold(self) -> list[str]:
        """Do the acts of the day up to the phase asked for; return what each came to."""
        acts: dict[str, Callable[[], list[str]]] = {
            "frozen": self._close_the_list,
            "drawn": self._draw,
            "confirming": self._publish,
        }
        said = []
        for phase in HELD_UP_TO[: HELD_UP_TO.index(self.plan.phase) + 1]:
            said += acts[phase]()
        return said

    def _close_the_list(self) -> list[str]:
        at = self.windows["frozen"].begins
        self._be(Term.Phase.FROZEN)
        roster = services.freeze_roster(term=self.term, actor=self.registrar, at=at)
        return [f"list closed: {roster.count} lines, sha256 {roster.sha256[:12]}"]

    def _draw(self) -> list[str]:
        final_at = self.windows["frozen"].begins + OBJECTIONS_AFTER
        services.finalise_roster(term=self.term, actor=self.registrar, at=final_at)
        at = self.windows["drawn"].begins
        self._sign(final_at)
        for source in EntropySource.objects.of_term(self.term).order_by("due_at", "name"):
            services.read_source(
                source=source,
                typed=_given(source.kind, self.rng),
                proof="演示数据",
                actor=self.registrar,
                at=source.due_at,
            )
        draw = services.run_draw(term=self.term, actor=self.registrar, at=at)
        return [f"drawn in {draw.seconds:.1f} s: results sha256 {draw.result_sha256[:12]}"]

    def _publish(self) -> list[str]:
        at: datetime = self.windows["confirming"].begins
        self._sign(at)
        services.publish_draw(term=self.term, actor=self.registrar, at=at)
        services.count_figures(term=self.term, stage="drawn", at=at)
        return ["results published, places held"]

    def _sign(self, at: datetime) -> None:
        for witness in Witness.objects.of_term(self.term):
            services.sign(witness=witness, actor=self.registrar, at=at)

    def _be(self, phase: Term.Phase) -> None:
        Term.objects.filter(pk=self.term.pk).update(phase=phase)
        self.term.refresh_from_db(fields=["phase"])


def _given(kind: str, rng: random.Random) -> str:
    if kind == DICE:
        return "".join(str(rng.randint(1, 6)) for _ in range(THROWS))
    if kind == BEACON:
        return f"{rng.getrandbits(256):064x}"
    return "".join(str(rng.randrange(10)) for _ in range(14))

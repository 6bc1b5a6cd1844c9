"""Names where the chance of the next draw comes from, as the office did before forms opened."""

from accounts.models import User
from config.demo.records import CityPlan
from courses.models import Term
from enrolment import services
from enrolment.models import EntropySource

Kind = EntropySource.Kind
NEXT_DAY = "当天读不到的，用第二天同一时间公布的结果。"


def name_sources(plan: CityPlan, registrar: User) -> None:
    """Dice of the witnesses, and two results that are published in the newspapers."""
    windows = {phase.phase: phase for phase in plan.next_term.phases}
    drawn = windows["drawn"].begins
    term = Term.objects.get(code=plan.next_term.code)
    phase = term.phase
    # Sources are named before forms open; the city is written as it stands later.
    Term.objects.filter(pk=term.pk).update(phase=Term.Phase.PUBLISHED)
    services.name_sources(
        term=term,
        plans=[
            services.SourcePlan(
                kind=Kind.DICE,
                name="dice",
                what="学员代表和公证员当众掷的24个骰子，现场录像",
                fallback="换一副骰子，当众重新掷。",
                due_at=drawn,
            ),
            services.SourcePlan(
                kind=Kind.DIGITS,
                name="lottery",
                what="前一天晚上公布的福利彩票双色球开奖号码，见第二天的报纸",
                fallback=NEXT_DAY,
                due_at=drawn,
            ),
            services.SourcePlan(
                kind=Kind.DIGITS,
                name="index",
                what="当天上证指数中午收盘的点数，去掉小数点，见交易所网站",
                fallback=NEXT_DAY,
                due_at=drawn,
            ),
        ],
        actor=registrar,
        at=windows["published"].begins,
    )
    Term.objects.filter(pk=term.pk).update(phase=phase)

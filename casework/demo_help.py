"""What was done in the demo town: deeds, activities, partners with offers, two joint meetings.

All is invented but one number: of 2024 there are 47 deeds done, as 音德尔镇 published.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import User
from casework.activities import activity_record
from casework.deeds import deed_record
from casework.meetings import meeting_call, meeting_close
from casework.models import ActivityKind
from casework.partners import offer_add, registration_record, uptake_record
from grids.models import Area, Boundary, Organisation, Role
from grids.services import organisation_create, pairing_start
from households.models import Household

#: Deeds done in the year that was published, and since.
PUBLISHED, YEAR = 47, 2024
SINCE, ON_THE_WAY, ACTIVITIES = 240, 12, 70
#: What, subject, unit, most, yuan for each (0: none), source of funds.
AT_HOME: list[tuple[str, str, str, int, int, str]] = [
    ("送过冬煤", "assistance", "吨", 3, 800, "state"),
    ("送米面油", "assistance", "件", 4, 120, "donated"),
    ("代办医保报销", "medical", "", 0, 0, ""),
    ("联系维修水管", "utilities", "", 0, 0, ""),
    ("帮收玉米", "farming", "亩", 20, 0, ""),
    ("上门理发", "elderly", "人", 2, 0, ""),
    ("帮助申请临时救助", "assistance", "户", 1, 1500, "state"),
    ("联系就近务工", "employment", "人", 2, 0, ""),
    ("安装防滑扶手", "elderly", "件", 3, 90, "own"),
]
AT_PLACE: list[tuple[str, str, int, int]] = [
    ("清理村内积雪", "environment", 120, 0),
    ("更换巷道路灯", "utilities", 260, 18000),
    ("修补通户路面", "traffic", 180, 42000),
    ("义务植树", "environment", 60, 3000),
    ("开展义诊", "medical", 90, 0),
]
PROJECTS = [
    ("饮水安全巩固提升", "under_way", 860000), ("村集体冷库建设", "planned", 1200000),
    ("文化广场修缮", "finished", 150000),
]  # fmt: skip
TALKS = {
    "talk": "政策宣讲", "training": "养牛技术培训", "night_farmers": "农民夜校：玉米密植",
    "night_cadres": "干部夜校：平台使用", "condolence": "节日慰问", "field_study": "蹲点调研",
    "experts": "农技专家下乡", "publicity": "联户工作报道", "handing_out": "发放防火明白纸",
}  # fmt: skip
PARTNERS = [
    ("旗医院党支部", "party", "义诊", "medical", 12, "场"),
    ("农牧技术推广中心", "partner", "测土配方", "farming", 600, "亩"),
    ("爱心企业联合会", "partner", "冬季取暖煤", "assistance", 40, "吨"),
    ("旗第一中学党支部", "party", "假期课业辅导", "education", 20, "场"),
]

#: Where activities are held in a village of the demo.
HALL = "村民活动室"


class Helping:
    """Everything by the services, in the name of the office; the same each time."""

    def __init__(self, manager: User, *, today: date) -> None:
        self.manager, self.today = manager, today
        self.random = random.Random("help")
        # Their own township: keys of paths are drawn, so that the first of a county is any.
        self.town = Area.objects.get(
            level="township", posts__person__user=manager, posts__role__kind=Role.Kind.MANAGER
        )
        villages = Area.objects.filter(path__startswith=self.town.path, level="village")
        #: The last two get next to nothing, so that the map has something to show.
        self.villages = list(villages.order_by("path"))[:-2] or list(villages)

    @transaction.atomic
    def load(self, *, published: bool) -> int:
        """Write it all down; how many deeds and activities there are."""
        households = self._households()
        n = 0
        if published:
            days = [date(YEAR, 6, 3) + timedelta(days=4 * k) for k in range(PUBLISHED)]
            n += self._deeds(households, days)
        year_back = [self.today - timedelta(days=self.random.randrange(1, 350))
                     for _k in range(SINCE)]  # fmt: skip
        n += self._deeds(households, sorted(year_back))
        for household in households[:ON_THE_WAY]:
            self._at_home(household, self.today - timedelta(days=self.random.randrange(20)),
                          state=self.random.choice(["applied", "approved"]))  # fmt: skip
        self._partners()
        self._projects()
        return n + ON_THE_WAY + self._activities()

    def _households(self) -> list[Household]:
        """Households with a need in the villages that are helped, open since before that year."""
        rows = Household.objects.filter(needs__isnull=False, registered_on__lt=date(YEAR, 6, 1))
        if not rows.exists():
            rows = Household.objects.filter(needs__isnull=False)
        paths = tuple(village.path for village in self.villages)
        found = rows.distinct().filter(during__contains=self.today).order_by("serial", "pk")[:3000]
        chosen = [one for one in found if one.path.startswith(paths)]
        self.random.shuffle(chosen)
        return chosen

    def _deeds(self, households: list[Household], days: list[date]) -> int:
        for k, on in enumerate(days):
            if k % 3 and households:
                household = households[self.random.randrange(len(households))]
                self._at_home(household, max(on, household.during.lower))
            else:
                self._at_place(on)
        return len(days)

    def _at_home(self, household: Household, on: date, *, state: str = "granted") -> None:
        what, subject, unit, most, yuan, funds = self.random.choice(AT_HOME)
        quantity = Decimal(self.random.randint(1, most)) if most else None
        deed_record(
            what=what, subject=subject, household=household, on=on, current=self.today,
            quantity=quantity, unit=unit, funds=funds, state=state,
            amount=quantity * yuan if quantity and yuan else None, by=None,
        )  # fmt: skip

    def _at_place(self, on: date) -> None:
        what, subject, people, yuan = self.random.choice(AT_PLACE)
        deed_record(
            what=what, subject=subject, area=self.random.choice(self.villages), on=on,
            current=self.today, people=people, approximate="over",
            amount=Decimal(yuan) if yuan else None, funds="own" if yuan else "",
        )  # fmt: skip

    def _projects(self) -> None:
        organisation = Organisation.objects.order_by("name").first()
        for what, state, yuan in PROJECTS if organisation else ():
            deed_record(
                what=what, subject="other", area=self.random.choice(self.villages),
                on=self.today - timedelta(days=30), current=self.today, state=state,
                amount=Decimal(yuan), funds="state", organisation=organisation, people=400,
                result="已投入使用" if state == "finished" else "",
            )  # fmt: skip

    def _activities(self) -> int:
        outlines = Boundary.objects.filter(area__in=self.villages, during__contains=self.today)
        self.halls = {outline.area_id: outline.geom.point_on_surface for outline in outlines}
        kinds = {kind.pk: kind for kind in ActivityKind.objects.filter(pk__in=TALKS)}
        for _k in range(ACTIVITIES):
            code = self.random.choice(sorted(kinds))
            given: dict[str, Any] = {"people": self.random.randint(12, 90)}
            if code == "handing_out":
                given |= {"quantity": Decimal(self.random.randint(5, 40) * 10), "unit": "份"}
            area = self.random.choice(self.villages)
            activity_record(
                kind=kinds[code], title=TALKS[code], area=area, place=HALL,
                point=self.halls.get(area.pk),
                on=self.today - timedelta(days=self.random.randrange(1, 700)),
                current=self.today, sessions=self.random.randint(1, 3), **given,
            )  # fmt: skip
        return ACTIVITIES

    def _partners(self) -> None:
        begin = date(self.today.year - 1, 3, 1)
        for k, (name, kind, title, subject, quantity, unit) in enumerate(PARTNERS):
            village = self.villages[k % len(self.villages)]
            organisation = organisation_create(name=name, area=self.town, kind=kind)
            pairing = pairing_start(
                organisation=organisation, area=village, on=begin, agreement="结对共建协议"
            )
            offer = offer_add(pairing=pairing, title=title, subject=subject,
                              quantity=Decimal(quantity), unit=unit)  # fmt: skip
            for back in (200, 60):
                uptake_record(
                    offer=offer, on=self.today - timedelta(days=back), current=self.today,
                    quantity=Decimal(quantity // 4), people=30,
                )  # fmt: skip
            registration_record(
                organisation=organisation, area=village, on=self.today - timedelta(days=40),
                current=self.today, members=8 + 3 * k,
            )  # fmt: skip

    @transaction.atomic
    def meetings(self) -> int:
        """One held today with decisions, one called for next month."""
        held = meeting_call(
            area=self.town, on=self.today, current=self.today, by=self.manager, place="三楼会议室"
        )
        items = list(held.items.order_by("position"))
        decided = {
            item.pk: {"decision": "由主办单位十个工作日内拿出办理意见",
                      "until": self.today + timedelta(days=14)}
            for item in items[:3]
        }  # fmt: skip
        if items:
            meeting_close(meeting=held, decisions=decided, on=self.today, by=self.manager,
                          version=1, people=16)  # fmt: skip
        meeting_call(
            area=self.town, on=self.today + timedelta(days=28), current=self.today,
            by=self.manager, place="三楼会议室",
        )  # fmt: skip
        return 2

"""Settings of matters a new installation starts with; the county changes them afterwards."""

from __future__ import annotations

from casework.clocks import LIMITS
from casework.models import IssueLimit, Topic

#: Subject, label, English label.
TOPICS = [
    ("utilities", "供水", "water supply"), ("utilities", "供电", "power supply"),
    ("utilities", "供暖", "heating"), ("utilities", "路灯", "street lights"),
    ("traffic", "道路养护", "road upkeep"), ("traffic", "公共交通", "public transport"),
    ("traffic", "交通安全", "road safety"),
    ("environment", "垃圾清运", "waste collection"), ("environment", "厕所污水", "sewage"),
    ("environment", "绿化", "greenery"),
    ("housing", "危房改造", "unsafe houses"), ("housing", "物业", "property services"),
    ("assistance", "低保救助", "minimum income"), ("assistance", "临时救助", "aid in distress"),
    ("assistance", "残疾人服务", "services for disabled people"),
    ("medical", "医保报销", "medical insurance"), ("medical", "家庭医生", "family doctor"),
    ("elderly", "高龄津贴", "old-age allowance"), ("elderly", "养老服务", "care services"),
    ("employment", "就业岗位", "jobs"), ("employment", "技能培训", "training"),
    ("education", "入学转学", "enrolment"), ("education", "学生资助", "help for pupils"),
    ("farming", "草牧场", "pasture"), ("farming", "农资农技", "supplies and advice"),
    ("farming", "补贴发放", "subsidies"), ("sales", "农畜产品销售", "selling produce"),
]  # fmt: skip


def ensure_matter_settings(**kwargs: object) -> None:
    """Write limits and topics where there are none yet (after migrate, after a test's flush)."""
    if not IssueLimit.objects.exists():
        IssueLimit.objects.bulk_create(
            IssueLimit(kind=kind, days=days) for kind, days in LIMITS.items()
        )
    if not Topic.objects.exists():
        Topic.objects.bulk_create(
            Topic(subject=subject, label=label, label_en=english, position=position)
            for position, (subject, label, english) in enumerate(TOPICS, start=1)
        )

"""The vocabulary of support needs a new installation starts with; nothing else may be attached."""

from __future__ import annotations

from households.models import NeedKind

W, M, Q, NONE = "weekly", "monthly", "quarterly", ""
ALONE = ["DUJU", "KONGCHAO", "LIUSHOU_OLD"]
#: Who cannot leave alone when snow or water comes; with None whatever the grade or form. Several
#: kinds on purpose: the mark on an emergency list then does not tell which need it is.
HELP_TO_MOVE = {
    ("SHINENG", None), ("CANJI", "severe"), ("DABING", None), ("GAOLING", None), ("DUJU", None),
}  # fmt: skip
#: code, variant, label, English label, cadence, key, beside, first contact within days
KINDS: list[tuple[str, str, str, str, str, bool, list[str], int | None]] = [
    ("DIBAO", "", "最低生活保障", "Minimum living allowance", Q, False, [], None),
    ("DIBIAN", "", "低保边缘家庭", "Just above the allowance", Q, False, [], None),
    ("GANGXING", "", "刚性支出困难家庭", "Hardship by unavoidable expense", Q, False, [], None),
    ("TEKUN", "dispersed", "特困供养（分散）", "Destitute support at home", M, True, [], None),
    ("TEKUN", "central", "特困供养（集中）", "Destitute support, in care", NONE, False, [], None),
    ("JIANCE", "", "监测户", "Household under monitoring for hardship", M, True, [], None),
    ("CANJI", "severe", "残疾（1-2级）", "Disability, grade 1-2", M, True, [], None),
    ("CANJI", "other", "残疾（3-4级）", "Disability, grade 3-4", Q, False, [], None),
    ("DABING", "", "重大疾病", "Serious illness", M, True, [], None),
    ("DUJU", "", "独居老人", "Old person living alone", M, False, [], None),
    ("KONGCHAO", "", "空巢老人", "Old people without children near", M, False, [], None),
    ("LIUSHOU_OLD", "", "留守老人", "Old people left behind", M, False, [], None),
    ("GAOLING", "", "高龄（80岁以上）", "Aged 80 and over", W, True, ALONE, None),
    ("SHINENG", "light", "失能失智（轻）", "Loss of ability, light", M, False, [], None),
    ("SHINENG", "medium", "失能失智（中）", "Loss of ability, medium", M, False, [], None),
    ("SHINENG", "heavy", "失能失智（重）", "Loss of ability, heavy", W, True, [], None),
    ("SHINENG", "full", "失能失智（完全）", "Loss of ability, complete", W, True, [], None),
    ("JISHENG", "", "计划生育特殊家庭老人", "Old, lost their only child", M, False, [], None),
    ("LIUSHOU_CHILD", "", "留守儿童", "Child left behind", M, False, [], None),
    ("KUNJING", "", "困境儿童", "Child in difficulty", M, True, [], None),
    ("GUER", "", "孤儿和事实无人抚养儿童", "Orphan or child without care", M, True, [], None),
    ("SHIYE", "", "就业困难人员", "Difficulty finding work", Q, False, [], None),
    ("CHANYE", "", "有产业发展意愿", "Wishes to develop a trade", NONE, False, [], None),
    ("ZHENGCE", "", "需政策解读", "Needs policy explained", NONE, False, [], None),
    ("LINSHI", "", "突发困难、临时救助", "Sudden hardship", M, True, [], 1),
]  # fmt: skip


def ensure_need_kinds(**kwargs: object) -> None:
    """Write the vocabulary where there is none yet (after migrate, and after a test's flush)."""
    if NeedKind.objects.exists():
        return
    NeedKind.objects.bulk_create(
        NeedKind(
            code=code, variant=variant, label=label, label_en=label_en, cadence=cadence,
            is_key=is_key, beside=beside, first_within_days=first, position=position,
            help_to_move=bool({(code, None), (code, variant)} & HELP_TO_MOVE),
        )
        for position, (code, variant, label, label_en, cadence, is_key, beside, first)
        in enumerate(KINDS)
    )  # fmt: skip

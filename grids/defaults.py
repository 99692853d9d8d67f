"""The roles a new installation starts with; the county changes labels and limits afterwards."""

from __future__ import annotations

from grids.models import Role

K = Role.Kind
LEAD = K.VILLAGE_LEAD
#: code, label, English label, kind, may_link, is_backup, max_links, required_at, required_count
ROLES = [
    ("grid_head", "网格长", "Grid manager", K.WORKER, False, False, None, "village", 1),
    ("grid_worker", "网格员", "Grid worker", K.WORKER, False, False, None, "grid", 1),
    ("unit_head", "联户长", "Head of unit", K.HEAD, True, False, 60, "unit", 1),
    ("cadre", "包联干部", "Linking cadre", K.CADRE, True, False, 2, "", 1),
    ("backup", "后备", "Backup", K.HEAD, False, True, None, "", 1),
    ("village_leader", "包村领导", "Village leader", K.LEADER, False, False, None, "", 1),
    ("party_secretary", "村党组织书记", "Party secretary", LEAD, False, False, None, "village", 1),
    ("first_secretary", "第一书记", "First secretary", LEAD, False, False, None, "", 1),
    ("work_team", "驻村工作队员", "Resident work team member", K.CADRE, True, False, 5, "", 1),
    ("party_adviser", "党建指导员", "Party work adviser", K.VOLUNTEER, False, False, None, "", 1),
    ("volunteer", "志愿者", "Volunteer", K.VOLUNTEER, False, False, None, "", 1),
    ("grid_office", "乡镇网格办", "Township grid office", K.MANAGER, False, False, None, "", 1),
    ("township_leader", "乡镇领导", "Township leader", K.LEADER, False, False, None, "", 1),
    ("county_leader", "县领导", "County leader", K.LEADER, False, False, None, "", 1),
    ("clerk", "部门经办", "Department clerk", K.DEPARTMENT, False, False, None, "", 1),
    ("auditor", "审计", "Auditor", K.AUDITOR, False, False, None, "", 1),
    ("administrator", "管理员", "Administrator", K.ADMINISTRATOR, False, False, None, "", 1),
]  # fmt: skip


def ensure_roles(**kwargs: object) -> None:
    """Write the roles where there are none yet (after migrate, and after a test's flush)."""
    if Role.objects.exists():
        return
    Role.objects.bulk_create(
        Role(
            code=code, label=label, label_en=label_en, kind=kind, may_link=may_link,
            is_backup=is_backup, max_links=max_links, required_at=required_at,
            required_count=required_count,
        )
        for code, label, label_en, kind, may_link, is_backup, max_links, required_at,
        required_count in ROLES
    )  # fmt: skip

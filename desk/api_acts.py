"""Taking back by the API what was done by hand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ninja import Router

from accounts.gate import SIGNED_IN, SignedInRequest, allow
from accounts.reads import Read, note_read
from desk.acts import act_or_404, undone_sentence
from jobs.acts import act_undo

router = Router()


@router.post("/acts/{key}/undo")
@allow(SIGNED_IN)
def act_take_back(request: SignedInRequest, key: UUID) -> dict[str, Any]:
    """Put everything an act changed back as it was; refused once something was built on it."""
    act = act_undo(act=act_or_404(request.user, key), by=request.user)
    note_read(request, Read("act", act.path, 1, "P2"))  # its sentence may hold a name
    return {"undone": True, "sentence": undone_sentence(act)}

"""Addresses of the staff pages."""

from django.urls import include, path

from desk import acts, emergency, feedback, household, imports, issue, lists, mine, tasks
from desk.byhand import leaving, needs, shape, writing

urlpatterns = [
    path("mine/", mine.page, name="mine"),
    path("households/new/", writing.register, name="household-new"),
    path("households/<uuid:key>/", household.page, name="household"),
    path("households/<uuid:key>/edit/", writing.edit, name="household-edit"),
    path("households/<uuid:key>/review/", writing.review, name="household-review"),
    path("households/<uuid:key>/needs/", needs.needs, name="household-needs"),
    path("households/<uuid:key>/exempt/", leaving.exempt, name="household-exempt"),
    path("households/<uuid:key>/split/", shape.split, name="household-split"),
    path("households/<uuid:key>/merge/", shape.merge, name="household-merge"),
    path("households/<uuid:key>/move/", shape.move, name="household-move"),
    path("households/<uuid:key>/close/", shape.close, name="household-close"),
    path("households/<uuid:key>/reopen/", shape.reopen, name="household-reopen"),
    path("exemptions/", leaving.exemptions, name="exemptions"),
    path("exemptions/<int:key>/<slug:verb>/", leaving.exemption_answer, name="exemption-answer"),
    path("households/<uuid:key>/contacts/", household.name_contact, name="household-name"),
    path(
        "households/<uuid:key>/contacts/<uuid:link>/end/",
        household.end_contact,
        name="household-end",
    ),
    path("households/<uuid:key>/contacts/<uuid:link>/undo/", household.undo, name="household-undo"),
    path("acts/<uuid:key>/undo/", acts.undo, name="act-undo"),
    path("import/", imports.import_home, name="import"),
    path("import/<uuid:key>/", imports.import_run, name="import-run"),
    path("import/<uuid:key>/write/", imports.import_write, name="import-write"),
    path("import/<uuid:key>/drop/", imports.import_forget, name="import-drop"),
    path("import/<uuid:key>/undo/", imports.import_take_back, name="import-undo"),
    path("import/<uuid:key>/errors.xlsx", imports.import_marked, name="import-errors"),
    path("emergency/", emergency.home, name="emergency-home"),
    path("emergency/new/", emergency.new, name="emergency-new"),
    path("emergency/<uuid:key>/", emergency.page, name="emergency"),
    path("emergency/<uuid:key>/print/", emergency.paper, name="emergency-print"),
    path("emergency/<uuid:key>/close/", emergency.close, name="emergency-close"),
    path("tasks/", tasks.home, name="tasks"),
    path("tasks/new/", tasks.new, name="task-new"),
    path("tasks/<uuid:key>/", tasks.page, name="task"),
    path("tasks/<uuid:key>/steps/", tasks.act, name="task-act"),
    path("matters/", lists.matters, name="matters"),
    path("log/", lists.log, name="log"),
    path("tables/", include("desk.tables.urls")),
    path("issues/<uuid:key>/", issue.page, name="issue"),
    path("feedback/", feedback.page, name="feedback"),
]

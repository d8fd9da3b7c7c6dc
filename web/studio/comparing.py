"""Two versions (or drafts) of a process beside each other, with what they differ in painted on both."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue

from engine.access import Role
from engine.errors import NotFoundError
from engine.process import definitions as stored
from engine.process import pictures
from engine.studio import drafts
from engine.studio.compare import compare
from web import context
from web.i18n import translate as _
from web.security import policy
from web.studio.blueprint import blueprint
from web.studio.words import change_words, grouped

DRAFT = "draft-"


@dataclass(frozen=True)
class Side:
    """One of the two: a version or a draft, with its files; ``ref`` stands in the address."""

    ref: str
    label: str
    at: datetime
    process_key: str
    files: dict[str, bytes]

    @property
    def diagram(self) -> str:
        """The diagram as text, empty if it has none."""
        if not any(name.endswith(".bpmn") for name in self.files):
            return ""
        name = pictures.diagram_name(self.files, self.process_key)
        return self.files[name].decode("utf-8", "replace")


@blueprint.get("/studio/compare")
@policy(Role.ADMIN)
def compare_sides() -> ResponseReturnValue:
    """Show what two versions or drafts differ in."""
    before, after = side(request.args.get("before", "")), side(request.args.get("after", ""))
    groups = grouped(compare(before.files, after.files))
    painted = [
        {"id": row.subject_id, "kind": row.kind}
        for group in groups
        if group.file.endswith(".bpmn")
        for row in group.rows
    ]
    return render_template(
        "studio/compare.html",
        before=before,
        after=after,
        choices=_choices(after.process_key),
        groups=groups,
        counts={kind: sum(row.kind == kind for group in groups for row in group.rows) for kind in change_words()},
        words=change_words(),
        data={"before": before.diagram, "after": after.diagram, "changes": painted},
    )


def side(ref: str) -> Side:
    """Return a version or draft with its files.

    Raises:
        NotFoundError: there is none.
    """
    session = context.session()
    try:
        found = UUID(ref.removeprefix(DRAFT))
    except ValueError as error:
        raise NotFoundError("There is no such version or draft.", code="side_unknown") from error
    if ref.startswith(DRAFT):
        row = drafts.draft(session, found)
        label = _("Draft “{title}”", title=row.title)
        return Side(ref, label, row.changed_at, row.process_key, drafts.contents(session, found))
    version = stored.definition(session, found)
    label = _("Version {n}", n=version.version)
    return Side(ref, label, version.deployed_at, version.key, stored.definition_files(session, found))


def _choices(process_key: str) -> list[tuple[str, str]]:
    session = context.session()
    return [
        *(
            (f"{DRAFT}{row.id}", _("Draft “{title}”", title=row.title))
            for row in drafts.open_drafts(session, process_key)
        ),
        *((str(row.id), _("Version {n}", n=row.version)) for row in stored.definitions(session, key=process_key)),
    ]

"""What was done about a request, as its form's words say it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.access import Actor, Role
from engine.process import bundles, user_tasks
from engine.support.service import business_key
from forms import render
from web.i18n import locale, translate
from web.visits.report_view import Line, lines

BACK_OFFICE = (Role.OPS, Role.ADMIN)
INTERNAL = "internal_note"


def is_back_office(actor: Actor) -> bool:
    """Tell whether the actor reads and writes what is internal."""
    return actor.has(*BACK_OFFICE)


def carriers(session: Session, instance_id: UUID) -> dict[str, str]:
    """Return the names of carriers by key, as the forms of an instance's version offer them."""
    bundle = bundles.of_instance(session, instance_id)
    forms = bundle.forms.values() if bundle else ()
    offered = (part.options for form in forms for part in form.components if part.key == "carrier")
    return {option.value: option.label.text(locale()) for options in offered for option in options}


def read(
    session: Session, actor: Actor, request_id: UUID, instance_id: UUID, record: Mapping[str, Any]
) -> tuple[Line, ...]:
    """Return the lines of a handling record; the inner note is not for everyone.

    Args:
        record: the values of whichever form handled the request, by the version that its instance runs on.
    """
    shown = {key: value for key, value in record.items() if key != INTERNAL or is_back_office(actor)}
    bundle = bundles.of_instance(session, instance_id)
    if not shown or bundle is None or not bundle.forms:
        return ()
    # Several forms have a field "note": the record is of the form that shares the most fields with it.
    form = max(bundle.forms.values(), key=lambda each: len({part.key for part in each.components} & record.keys()))
    choices = user_tasks.form_choices(session, actor, form, business_key=business_key(request_id))
    drawn = render.view(form, shown, locale=locale(), choices=choices, translate=translate)
    return tuple(lines(drawn.fields))

"""What a form that is tried in the studio offers: there is no visit or request behind it."""

from engine.errors import InvalidInputError
from engine.process import topics, user_tasks
from forms.model import Choice, FormDefinition
from web import context
from web.i18n import translate as _

EXAMPLE = "example"


def example_choices(form: FormDefinition) -> dict[str, list[Choice]]:
    """Return what lists offer: their own entries where they need no object, else an example."""
    found: dict[str, list[Choice]] = {}
    for name in user_tasks.source_names(form.components):
        source = topics.choice_source(name)
        try:
            entries = list(source(context.session(), context.actor(), "")) if source else []
        except (InvalidInputError, ValueError, LookupError):
            entries = []
        found[name] = entries or [Choice.of(EXAMPLE, _("Example"))]
    return found

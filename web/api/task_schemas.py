"""The shapes of user tasks in the API."""

import marshmallow as ma
from marshmallow import fields, validate

from web.api.fields import Moment, Text
from web.api.schemas import Query, Strict, Task


class TaskDetail(ma.Schema):
    """A task with its form: the definition as it is rendered, and the same as JSON Schema."""

    task = fields.Nested(Task)
    may_complete = fields.Boolean()
    draft = fields.Dict(allow_none=True)
    values = fields.Dict(allow_none=True)
    form = fields.Dict(allow_none=True)
    json_schema = fields.Dict(allow_none=True)


class TaskQuery(Query):
    """Filters of tasks."""

    process = Text(load_default="", validate=validate.Length(max=100))
    element = Text(load_default="", validate=validate.Length(max=120))
    q = Text(load_default="", validate=validate.Length(max=80))
    due_before = Moment()
    mine = fields.Boolean(load_default=False)
    filter = Text(
        load_default="",
        validate=validate.Length(max=4000),
        metadata={
            "description": "conditions that all hold, as the address of the inbox shows them: "
            "`priority:in:P1,P2;text_1:contains:x;due:next:7`"
        },
    )
    sort = Text(load_default="due", validate=validate.Length(max=20), metadata={"description": "`due`, `-priority`"})
    after = Text(
        load_default="", validate=validate.Length(max=400), metadata={"description": "`next` of the page before"}
    )


class AssignTask(Strict):
    """Who is to have a task."""

    user_id = fields.UUID(required=True)


class Assigned(ma.Schema):
    """Who has a task now; the caller may not see the task itself any more."""

    task_id = fields.UUID()
    assignee_id = fields.UUID()
    changed = fields.Boolean(metadata={"description": "false: that person had it already"})


class Changed(ma.Schema):
    """A task as it is now; whoever manages its people may change it without having it."""

    task = fields.Nested(Task)
    changed = fields.Boolean(metadata={"description": "false: it was so already"})


class ChangeTask(Strict):
    """What of a task is to change: fields that are left out stay, null empties a date."""

    priority = fields.Integer(
        validate=validate.Range(1, 4), metadata={"description": "1 is the most urgent, 4 the least"}
    )
    due_at = Moment(allow_none=True)
    follow_up_at = Moment(allow_none=True)


class CompleteTask(Strict):
    """A submission of a task's form."""

    submission_id = fields.UUID(required=True, metadata={"description": "sent again, it gives the same answer"})
    values = fields.Dict(keys=fields.String(), required=True)


class Completed(ma.Schema):
    """What became of a submission."""

    task_id = fields.UUID()
    instance_id = fields.UUID()
    business_key = fields.String()
    opened = fields.List(fields.UUID(), metadata={"description": "tasks that opened for you"})
    repeated = fields.Boolean()

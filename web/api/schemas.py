"""The shapes of the API; rules of meaning live in the engine."""

import marshmallow as ma
from marshmallow import fields, validate

from web.api.fields import BAD_FILE_NAME, FILE_NAME, Moment, Text


class Strict(ma.Schema):
    """A body that refuses unknown fields."""

    class Meta:
        """marshmallow's settings."""

        unknown = ma.RAISE


class Query(ma.Schema):
    """Query parameters of a list; unknown ones are refused, so that a typing error does not show everything."""

    class Meta:
        """marshmallow's settings."""

        unknown = ma.RAISE

    after = Text(validate=validate.Length(max=200), metadata={"description": "`next` of the page before"})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class ProblemField(ma.Schema):
    """What is wrong with one field."""

    field = fields.String()
    code = fields.String()
    detail = fields.String()


class Finding(ma.Schema):
    """What is wrong with an element of a process."""

    element = fields.String(allow_none=True)
    line = fields.Integer(allow_none=True)
    severity = fields.String()
    code = fields.String()
    zh = fields.String()
    en = fields.String()


class Problem(ma.Schema):
    """RFC 9457."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    code = fields.String()
    detail = fields.String()
    errors = fields.List(fields.Nested(ProblemField))
    findings = fields.List(fields.Nested(Finding))


class Task(ma.Schema):
    """A user task."""

    id = fields.UUID()
    instance_id = fields.UUID()
    process_key = fields.String()
    business_key = fields.String()
    element_id = fields.String()
    name = fields.String()
    name_en = fields.String(allow_none=True)
    form_key = fields.String(allow_none=True)
    lane = fields.String(allow_none=True)
    subject = fields.String()
    subject_en = fields.String(allow_none=True)
    state = fields.String()
    assignee_id = fields.UUID(allow_none=True)
    assignee_name = fields.String(allow_none=True)
    priority = fields.Integer(metadata={"description": "1 is the most urgent, 4 the least"})
    due_at = Moment(allow_none=True)
    follow_up_at = Moment(allow_none=True)
    text_1 = fields.String(allow_none=True)
    text_2 = fields.String(allow_none=True)
    text_3 = fields.String(allow_none=True)
    number_1 = fields.Float(allow_none=True)
    date_1 = Moment(allow_none=True)
    created_at = Moment()
    ended_at = Moment(allow_none=True)


class Visit(ma.Schema):
    """A visit."""

    id = fields.UUID()
    customer_id = fields.UUID()
    place_id = fields.UUID(allow_none=True)
    rep_id = fields.UUID()
    purpose_key = fields.String()
    channel = fields.String()
    planned_start = Moment()
    planned_end = Moment()
    local_date = fields.Date()
    note = fields.String()
    state = fields.String()
    outcome = fields.String(allow_none=True)
    grade = fields.String(allow_none=True)
    checked_in_at = Moment(allow_none=True)
    checked_out_at = Moment(allow_none=True)
    ended_at = Moment(allow_none=True)
    reason = fields.String(allow_none=True)
    follows_id = fields.UUID(allow_none=True)
    created_at = Moment()


class VisitReport(ma.Schema):
    """A visit's report; ``values`` as its form defines them."""

    form_key = fields.String()
    summary = fields.String()
    values = fields.Dict()
    reported_at = Moment()


class VisitDetail(ma.Schema):
    """A visit with its contacts, report and open tasks."""

    visit = fields.Nested(Visit)
    contact_ids = fields.List(fields.UUID())
    report = fields.Nested(VisitReport, allow_none=True)
    tasks = fields.List(fields.Nested(Task))


class NewVisit(Strict):
    """A visit to be planned."""

    id = fields.UUID(metadata={"description": "minted by the client; planning it again changes nothing"})
    customer_id = fields.UUID(required=True)
    purpose_key = Text(required=True, validate=validate.Length(1, 40))
    planned_start = Moment(required=True)
    planned_end = Moment()
    rep_id = fields.UUID(metadata={"description": "a rep of your team; yourself if absent"})
    place_id = fields.UUID()
    contact_ids = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=50))
    channel = Text(load_default="face", validate=validate.OneOf(["face", "phone", "video"]))
    note = Text(load_default="", validate=validate.Length(max=1000))


class VisitQuery(Query):
    """Filters of visits."""

    state = Text(validate=validate.Length(max=20))
    rep_id = fields.UUID()
    customer_id = fields.UUID()
    first_day = fields.Date()
    last_day = fields.Date()


class Reason(Strict):
    """Why."""

    reason = Text(required=True, validate=validate.Length(1, 500))


class RequestLine(Strict):
    """An item of a request."""

    item = Text(required=True, validate=validate.Length(1, 40))
    quantity = fields.Integer(required=True, validate=validate.Range(1, 9999))


class NewRequest(Strict):
    """A support request to be raised."""

    id = fields.UUID()
    type = Text(required=True, validate=validate.OneOf(["sample", "technical", "quotation", "material", "other"]))
    subject = Text(required=True, validate=validate.Length(1, 200))
    description = Text(load_default="", validate=validate.Length(max=4000))
    customer_id = fields.UUID(required=True)
    visit_id = fields.UUID()
    priority = Text(load_default="P3", validate=validate.OneOf(["P1", "P2", "P3", "P4"]))
    needed_by = Moment()
    lines = fields.List(fields.Nested(RequestLine), load_default=list, validate=validate.Length(max=50))


class SupportRequest(ma.Schema):
    """A support request."""

    id = fields.UUID()
    number = fields.String()
    type = fields.String()
    subject = fields.String()
    customer_id = fields.UUID()
    visit_id = fields.UUID(allow_none=True)
    requester_id = fields.UUID()
    priority = fields.String()
    queue = fields.String()
    state = fields.String()
    escalation = fields.String()
    needed_by = Moment(allow_none=True)
    created_at = Moment()
    first_response_at = Moment(allow_none=True)
    fulfilled_at = Moment(allow_none=True)
    ended_at = Moment(allow_none=True)


class RequestLineRow(ma.Schema):
    """An item of a request and how much of it was shipped."""

    item = fields.String()
    quantity = fields.Integer()
    shipped = fields.Integer()


class RequestDetail(ma.Schema):
    """A request with its lines and open tasks."""

    request = fields.Nested(SupportRequest)
    description = fields.String()
    lines = fields.List(fields.Nested(RequestLineRow))
    handling = fields.Dict()
    tasks = fields.List(fields.Nested(Task))


class RequestQuery(Query):
    """Filters of requests."""

    state = Text(load_default="", validate=validate.Length(max=20))
    type = Text(load_default="", validate=validate.Length(max=20))
    q = Text(load_default="", validate=validate.Length(max=80))
    open = fields.Boolean(load_default=False)


class Customer(ma.Schema):
    """A customer."""

    id = fields.UUID()
    code = fields.String()
    name = fields.String()
    name_en = fields.String()
    kind = fields.String()
    tier = fields.String()
    status = fields.String()
    owner_id = fields.UUID(allow_none=True)
    territory_id = fields.UUID(allow_none=True)


class Place(ma.Schema):
    """Where a customer is visited; WGS 84 degrees."""

    id = fields.UUID()
    name = fields.String()
    address = fields.String()
    latitude = fields.Float(allow_none=True)
    longitude = fields.Float(allow_none=True)
    radius_m = fields.Integer()


class Contact(ma.Schema):
    """A person at a customer."""

    id = fields.UUID()
    name = fields.String()
    title = fields.String()
    department = fields.String()


class CustomerDetail(ma.Schema):
    """A customer with places and contacts."""

    customer = fields.Nested(Customer)
    places = fields.List(fields.Nested(Place))
    contacts = fields.List(fields.Nested(Contact))


class CustomerQuery(Query):
    """Filters of customers."""

    q = Text(load_default="", validate=validate.Length(max=80))
    kind = Text(load_default="", validate=validate.Length(max=20))
    tier = Text(load_default="", validate=validate.Length(max=1))


class Definition(ma.Schema):
    """A version of a process."""

    id = fields.UUID()
    key = fields.String()
    version = fields.Integer()
    digest = fields.String()
    name = fields.String()
    name_en = fields.String(allow_none=True)
    note = fields.String()
    deployed_at = Moment()


class DefinitionDetail(ma.Schema):
    """A version with its files as text, by name."""

    definition = fields.Nested(Definition)
    files = fields.Dict(keys=fields.String(), values=fields.String())


class Deploy(Strict):
    """A bundle to be published: one ``.bpmn`` with its ``.dmn`` and form ``.json`` files."""

    files = fields.Dict(
        keys=Text(validate=validate.Regexp(FILE_NAME, error=BAD_FILE_NAME.template)),
        values=Text(validate=validate.Length(max=2_000_000)),
        required=True,
        validate=validate.Length(1, 100),
    )
    note = Text(load_default="", validate=validate.Length(max=500))


class Instance(ma.Schema):
    """A run of a process."""

    id = fields.UUID()
    process_key = fields.String()
    definition_id = fields.UUID()
    definition_version = fields.Integer()
    business_key = fields.String()
    title = fields.String()
    title_en = fields.String(allow_none=True)
    state = fields.String()
    started_at = Moment()
    ended_at = Moment(allow_none=True)
    next_due_at = Moment(allow_none=True)


class HistoryRow(ma.Schema):
    """One step of an instance."""

    at = Moment()
    kind = fields.String()
    actor_name = fields.String()
    element_id = fields.String(allow_none=True)


class InstanceDetail(ma.Schema):
    """An instance with its tasks and history."""

    instance = fields.Nested(Instance)
    tasks = fields.List(fields.Nested(Task))
    history = fields.List(fields.Nested(HistoryRow))


class InstanceQuery(Query):
    """Filters of instances."""

    process = Text(load_default="", validate=validate.Length(max=100))
    state = Text(load_default="", validate=validate.Length(max=20))


def page_of(schema: type[ma.Schema]) -> type[ma.Schema]:
    """Return the schema of a page: ``items`` and ``next`` (null on the last page)."""
    return ma.Schema.from_dict(
        {"items": fields.List(fields.Nested(schema)), "next": fields.String(allow_none=True)},
        name=f"{schema.__name__}Page",
    )

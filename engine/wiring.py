"""The composition root: topics → operations and deliveries, settings → connectors, sweeper → overdue work."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.access import Actor
from engine.attachments import service as attachments
from engine.audit import sealing
from engine.calendar import firing
from engine.catalogue import service as catalogue
from engine.clock import Clock, utc_now
from engine.comments import audience
from engine.connectors.crm import Crm, VisitRecord
from engine.connectors.crm.memory import MemoryCrm
from engine.connectors.files import Files
from engine.connectors.files.folder import FolderFiles
from engine.connectors.maps import Maps
from engine.connectors.maps.schematic import SchematicMaps
from engine.connectors.notify import Notifier
from engine.connectors.notify.mail import FolderNotifier, SmtpNotifier
from engine.connectors.notify.outbound import Outbound, networks
from engine.connectors.notify.web_push import VapidKeys
from engine.customers import queries as customers
from engine.desk import bulk
from engine.doorbell import RqDoorbell, ThreadDoorbell
from engine.errors import FieldProblem, InvalidInputError
from engine.lanes import LANES
from engine.notifications import sending
from engine.notifications.channels import Channels
from engine.notifications.topics import NOTICE
from engine.offline import service as offline
from engine.offline import topics as reconcile_topics
from engine.operate import heat, retries
from engine.outbox.service import USER_LANE
from engine.planning import service as days
from engine.planning import topics as day_topics
from engine.process import messages, topics
from engine.process.facts import fill_missing
from engine.process.steps import MESSAGE_TOPIC
from engine.process.topics import DeliveryContext, DeliveryHandler, Parameter, Topic, TopicKind
from engine.retention import service as retention
from engine.runner import SweepPart, Worker
from engine.safety import topics as safety_topics
from engine.safety.service import refuse_personal_data
from engine.samples import drops
from engine.samples import topics as sample_topics
from engine.samples.queries import drop_visit
from engine.settings import Settings
from engine.store.database import Database
from engine.studio import drafts
from engine.support import fulfilment_topics, picking
from engine.support import topics as support_topics
from engine.support.audience import of_request
from engine.support.rules import QUEUES
from engine.upkeep import migrations, proposals
from engine.upkeep import topics as repair_topics
from engine.visits import operations as visits
from engine.visits import presence
from engine.visits import topics as visit_topics
from engine.visits.audience import of_visit
from forms.attached import files_in
from forms.model import Choice, FormDefinition, Text

log = logging.getLogger(__name__)

_TOPICS = (
    *visit_topics.TOPICS,
    *support_topics.TOPICS,
    *fulfilment_topics.TOPICS,
    *sample_topics.TOPICS,
    *safety_topics.TOPICS,
    *day_topics.TOPICS,
    *repair_topics.TOPICS,
    *reconcile_topics.TOPICS,
)
CRM_BREAKER_LABEL = ("写入 CRM", "Write to the CRM")


@dataclass
class Application:
    """One installation: its database, connectors and worker.

    ``sends_mail`` is off while a story of the past is told: nobody outside wants to hear of it.
    """

    settings: Settings
    database: Database
    worker: Worker
    crm: Crm
    notifier: Notifier
    maps: Maps
    files: Files
    channels: Channels
    clock: Clock = utc_now
    sends_mail: bool = True

    def ring_redis(self, url: str) -> None:
        """Let RQ workers do the deliveries."""
        self.database.on_commit = RqDoorbell(url)

    def ring_thread(self) -> ThreadDoorbell:
        """Do the deliveries in a thread of this process."""
        doorbell = ThreadDoorbell(self.worker.deliver)
        self.database.on_commit = doorbell
        return doorbell


def build(settings: Settings, *, clock: Clock = utc_now) -> Application:
    """Return the application that the settings describe, and register what its processes may name."""
    if settings.tile_problem:
        log.warning("%s", settings.tile_problem)
    database = Database(settings.database_url)
    crm = MemoryCrm(settings.data_folder / "crm.jsonl")
    notifier: Notifier
    if settings.smtp_url:
        notifier = SmtpNotifier(settings.smtp_url, settings.mail_from)
    else:
        notifier = FolderNotifier(settings.data_folder / "mail", settings.mail_from)
    application = Application(
        settings=settings,
        database=database,
        worker=Worker(
            database,
            parts=(firing.fire_due,),
            clock=clock,
            chores=(
                (timedelta(hours=1), _forget(settings)),
                (timedelta(seconds=5), firing.recompute),
                (timedelta(hours=1), bulk.forget),
                (timedelta(hours=1), drafts.forget_old),
                (timedelta(seconds=20), fill_missing),
                (timedelta(seconds=5), sealing.seal),
                (timedelta(seconds=10), heat.count),
                (timedelta(minutes=10), offline.give_up_gaps),
                (timedelta(minutes=1), days.start_due_days),
                (timedelta(seconds=20), sending.release),
            ),
        ),
        crm=crm,
        notifier=notifier,
        maps=SchematicMaps(),
        files=FolderFiles(settings.files_folder),
        channels=Channels(
            database,
            notifier,
            Outbound(networks(settings.outbound_allow)),
            VapidKeys(settings.data_folder / "vapid.pem"),
            public_url=settings.public_url.rstrip("/"),
            mail_from=settings.mail_from,
        ),
        clock=clock,
    )
    register(application)
    return application


@cache
def application() -> Application:
    """Return the application of this process, by its environment."""
    return build(Settings.from_environment())


def register(application: Application) -> None:
    """Fill the registry of topics and choice lists."""
    retries.register()
    for topic in _TOPICS:
        topics.register(topic)
    for lane in LANES:
        topics.register_lane(lane)
    topics.register(
        Topic(
            name=MESSAGE_TOPIC,
            kind=TopicKind.DELIVERY,
            label=("发送消息", "Send a message"),
            effect=messages.deliver_message,
            lane=USER_LANE,
            is_internal=True,
        )
    )
    topics.register(
        Topic(
            name="crm.write_visit",
            kind=TopicKind.DELIVERY,
            label=CRM_BREAKER_LABEL,
            handler=lambda context, payload: _write_visit(application, context, payload),
            about=(
                "提交后把拜访写入 CRM；CRM 不可用时稍后重试。",
                "Writes the visit after the commit; again later while the CRM is away.",
            ),
            takes=(
                Parameter(
                    "record",
                    "context",
                    ("CRM 记录", "Record"),
                    is_required=True,
                    help=("“准备 CRM 记录”的结果", "What “Prepare the CRM record” gave"),
                ),
            ),
        )
    )
    topics.register(
        Topic(
            name="notify.send",
            kind=TopicKind.DELIVERY,
            label=("通知", "Notify"),
            effect=lambda session, context, payload: sending.store(
                session, context, payload, only_in_app=not application.sends_mail
            ),
            lane=USER_LANE,
            about=(
                "提交后通知相关的人：站内，以及他们选择的渠道。",
                "Tells people after the commit: here, and by the channels that they chose.",
            ),
            takes=NOTICE,
        )
    )
    topics.register(
        Topic(
            name=bulk.TOPIC,
            kind=TopicKind.DELIVERY,
            label=("批量处理待办", "Work on many tasks"),
            handler=lambda _context, payload: bulk.work(
                application.database, UUID(payload["run"]), clock=application.clock
            ),
            lane=USER_LANE,
            is_internal=True,
        )
    )
    topics.register(
        Topic(
            name=migrations.TOPIC,
            kind=TopicKind.DELIVERY,
            label=("迁移运行中的流程", "Migrate running instances"),
            handler=lambda _context, payload: migrations.work(
                application.database, UUID(payload["run"]), clock=application.clock
            ),
            lane=USER_LANE,
            is_internal=True,
        )
    )
    topics.register(
        Topic(
            name=retention.TOPIC,
            kind=TopicKind.DELIVERY,
            label=("删除到期数据", "Delete what is over"),
            handler=lambda _context, payload: retention.work(
                application.database, UUID(payload["run"]), application.settings.kept_days, clock=application.clock
            ),
            lane=USER_LANE,
            is_internal=True,
        )
    )
    for name, label, handler in _channels(application.channels):
        topics.register(Topic(name=name, kind=TopicKind.DELIVERY, label=label, handler=handler, is_internal=True))
    audience.register("request", of_request)
    audience.register("visit", of_visit)
    topics.register_choices("products", catalogue.product_choices, ("产品", "Products"))
    topics.register_choices("items", catalogue.product_choices, ("产品和物料", "Products and materials"))
    topics.register_choices("sample_items", catalogue.sample_choices, ("样品", "Samples"))
    topics.register_choices("materials", catalogue.material_choices, ("资料", "Materials"))
    topics.register_choices("queues", _queue_choices, ("处理队列", "Queues"))
    topics.register_choices("contacts", _contact_choices, ("客户联系人", "Contacts of the customer"))
    topics.register_choices(
        "check_methods",
        lambda session, actor, key: presence.method_choices(session, actor, key, now=application.clock()),
        ("签到方式", "Ways to check in"),
    )
    topics.register_form_context("presence", presence.form_context, gives=presence.GIVES)
    topics.register_submission_check("presence", presence.require_presence, only_live=True)
    topics.register_submission_check("attachments", _attach_files)
    topics.register_submission_check(
        "samples", lambda *submitted: drops.check_drop(*submitted, now=application.clock())
    )
    topics.register_choices("sample_lots", drops.lot_choices, ("外勤手中的样品批次", "Lots that the rep carries"))
    topics.register_submission_check("own_repair", proposals.check)
    topics.register_submission_check("patients", refuse_personal_data)
    topics.require(
        "visit",
        frozenset(
            {
                "visit.check_in",
                "visit.report",
                "visit.raise_adverse_event",
                "visit.complete",
                "visit.cancel",
                "visit.miss",
            }
        ),
    )
    topics.require("sample_drop", frozenset({"samples.facts", "samples.record", "samples.reject"}))
    topics.require("adverse_event", frozenset({"safety.record", "safety.classify", "safety.close"}))
    topics.require("report_correction", frozenset({"correction.apply", "correction.reject"}))
    topics.require("day", frozenset({"day.order", "day.confirm", "day.close"}))
    topics.require("repair", frozenset({"repair.apply", "repair.decline", "repair.outdate"}))
    topics.require("reconcile", frozenset({"reconcile.apply", "reconcile.set_aside"}))
    topics.require(
        "support_request",
        frozenset({"support.route", "support.fulfil", "support.refuse", "support.close", "support.cancel"}),
    )
    topics.require("sample_fulfilment", frozenset({"fulfilment.weigh", "fulfilment.reserve", "fulfilment.receive"}))
    topics.register_choices(
        "warehouse_lots",
        lambda session, actor, key: picking.lot_choices(session, actor, key, now=application.clock()),
        ("仓库的样品批次", "Lots in the warehouse"),
    )
    topics.register_choices("parcel_lots", picking.parcel_choices, ("寄出的样品批次", "Lots of the parcel"))
    topics.register_form_context("picking", picking.form_context, gives=picking.GIVES)
    topics.register_prefill("safety", safety_topics.PREFILL)
    topics.register_prefill("support", support_topics.PREFILL)
    topics.register_submission_check("picking", lambda *submitted: picking.check(*submitted, now=application.clock()))


def _forget(settings: Settings) -> SweepPart:
    def forget(session: Session, now: datetime) -> int:
        return retention.sweep(session, settings.kept_days, now=now)

    return forget


def _write_visit(application: Application, context: DeliveryContext, payload: Mapping[str, Any]) -> dict[str, Any]:
    record = VisitRecord(**payload["record"])
    return {"revision": application.crm.write_visit(record, key=context.key)}


def _channels(channels: Channels) -> tuple[tuple[str, tuple[str, str], DeliveryHandler], ...]:
    return (
        (sending.MAIL_TOPIC, ("发送邮件", "Send a mail"), channels.send_mail),
        (sending.PUSH_TOPIC, ("推送到浏览器", "Push to a browser"), channels.send_push),
        (sending.WEBHOOK_TOPIC, ("通知其他系统", "Tell another system"), channels.send_webhook),
        (sending.CHAT_TOPIC, ("发送到群聊", "Write to a chat room"), channels.send_chat),
    )


def _attach_files(
    session: Session, actor: Actor, business_key: str, form: FormDefinition, values: Mapping[str, Any]
) -> None:
    held = list(files_in(form, values))
    foreign = attachments.attach(session, actor, business_key, (digest for _path, digest in held))
    if foreign:
        problem = FieldProblem("This file did not arrive. Remove it and add it again.", code="file_unknown")
        raise InvalidInputError(errors={path: [problem] for path, digest in held if digest in foreign})


def _contact_choices(session: Any, _actor: Any, business_key: str) -> list[Choice]:
    if business_key.startswith("drop:"):
        of_drop = drop_visit(session, UUID(business_key.removeprefix("drop:")))
        customer_id = of_drop[1] if of_drop else None
    else:
        customer_id = visits.customer_of(session, business_key)
    if customer_id is None:
        return []
    return [
        Choice.of(str(contact.id), f"{contact.name} {contact.title}".strip())
        for contact in customers.contacts(session, customer_id)
    ]


def _queue_choices(_session: Any, _actor: Any, _business_key: str) -> list[Choice]:
    return [Choice(name, Text(*label)) for name, label in QUEUES.items()]

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
from engine.notifications import sending
from engine.notifications.channels import Channels
from engine.offline import cases
from engine.offline import service as offline
from engine.operate import heat, retries
from engine.outbox.service import USER_LANE
from engine.planning import operations as planning
from engine.planning import service as days
from engine.process import messages, topics
from engine.process.facts import fill_missing
from engine.process.steps import MESSAGE_TOPIC
from engine.process.topics import DeliveryContext, DeliveryHandler, Topic, TopicKind
from engine.retention import service as retention
from engine.runner import SweepPart, Worker
from engine.safety import operations as safety
from engine.safety.service import refuse_personal_data
from engine.samples import drops
from engine.samples.queries import drop_visit
from engine.settings import Settings
from engine.store.database import Database
from engine.studio import drafts
from engine.support import fulfilment, picking
from engine.support import operations as support
from engine.support.audience import of_request
from engine.support.rules import QUEUES
from engine.upkeep import migrations, proposals
from engine.visits import correction_operations as corrections
from engine.visits import operations as visits
from engine.visits import presence
from engine.visits.audience import of_visit
from forms.attached import files_in
from forms.model import Choice, FormDefinition, Text

log = logging.getLogger(__name__)

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
    for name, (kind, operation, label) in _OPERATIONS.items():
        topics.register(Topic(name=name, kind=kind, label=label, operation=operation))
    topics.register(
        Topic(
            name=MESSAGE_TOPIC,
            kind=TopicKind.DELIVERY,
            label=("发送消息", "Send a message"),
            effect=messages.deliver_message,
            lane=USER_LANE,
        )
    )
    topics.register(
        Topic(
            name="crm.write_visit",
            kind=TopicKind.DELIVERY,
            label=CRM_BREAKER_LABEL,
            handler=lambda context, payload: _write_visit(application, context, payload),
            parameters=("record",),
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
            parameters=("to", "template", "values", "business_key"),
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
        )
    )
    for name, label, handler in _channels(application.channels):
        topics.register(Topic(name=name, kind=TopicKind.DELIVERY, label=label, handler=handler))
    audience.register("request", of_request)
    audience.register("visit", of_visit)
    topics.register_choices("products", catalogue.product_choices)
    topics.register_choices("items", catalogue.product_choices)
    topics.register_choices("sample_items", catalogue.sample_choices)
    topics.register_choices("materials", catalogue.material_choices)
    topics.register_choices("queues", _queue_choices)
    topics.register_choices("contacts", _contact_choices)
    topics.register_choices(
        "check_methods",
        lambda session, actor, key: presence.method_choices(session, actor, key, now=application.clock()),
    )
    topics.register_form_context("presence", presence.form_context, gives=presence.GIVES)
    topics.register_submission_check("presence", presence.require_presence, only_live=True)
    topics.register_submission_check("attachments", _attach_files)
    topics.register_submission_check(
        "samples", lambda *submitted: drops.check_drop(*submitted, now=application.clock())
    )
    topics.register_choices("sample_lots", drops.lot_choices)
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
    )
    topics.register_choices("parcel_lots", picking.parcel_choices)
    topics.register_form_context("picking", picking.form_context, gives=picking.GIVES)
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


_READ, _WRITE = TopicKind.LOOKUP, TopicKind.OPERATION
_OPERATIONS: dict[str, tuple[TopicKind, topics.Operation, tuple[str, str]]] = {
    "visit.approve": (_WRITE, visits.approve, ("批准拜访", "Approve the visit")),
    "visit.check_facts": (_READ, visits.check_facts, ("读取签到事实", "Read the facts of the check-in")),
    "visit.check_in": (_WRITE, visits.check_in, ("登记签到", "Record the check-in")),
    "visit.explain": (_WRITE, visits.explain, ("登记说明", "Record the explanation")),
    "visit.report": (_WRITE, visits.report, ("保存报告", "Store the report")),
    "visit.check_out": (_WRITE, visits.check_out, ("登记签退", "Record the check-out")),
    "visit.raise_adverse_event": (_WRITE, visits.raise_adverse_event, ("上报不良事件", "Open an adverse event")),
    "visit.draft_follow_ups": (_WRITE, visits.draft_follow_ups, ("生成后续拜访草稿", "Draft follow-up visits")),
    "visit.complete": (_WRITE, visits.complete, ("完成拜访", "Complete the visit")),
    "visit.cancel": (_WRITE, visits.cancel, ("取消拜访", "Cancel the visit")),
    "visit.miss": (_WRITE, visits.miss, ("登记未完成", "Record the visit as missed")),
    "visit.reschedule": (_WRITE, visits.reschedule, ("改期", "Reschedule the visit")),
    "visit.review": (_WRITE, visits.review, ("登记复核", "Record the review")),
    "visit.crm_record": (_READ, visits.crm_record, ("准备 CRM 记录", "Prepare the CRM record")),
    "correction.apply": (_WRITE, corrections.apply, ("更正报告", "Apply the correction")),
    "correction.reject": (_WRITE, corrections.reject, ("拒绝更正", "Reject the correction")),
    "samples.facts": (_WRITE, drops.facts, ("核对样品", "Check the samples")),
    "samples.record": (_WRITE, drops.record, ("登记样品发放", "Record the hand-over")),
    "samples.reject": (_WRITE, drops.reject, ("拒绝发放样品", "Reject the hand-over")),
    "safety.record": (_WRITE, safety.record, ("登记不良事件内容", "Record what is known of an adverse event")),
    "safety.classify": (_WRITE, safety.classify, ("登记严重程度", "Record the seriousness")),
    "safety.close": (_WRITE, safety.close, ("结案不良事件", "Close an adverse event")),
    "visit.people": (_READ, visits.people_of_visit, ("查找相关人员", "Find the people of the visit")),
    "visit.raise_promises": (_WRITE, support.raise_promises, ("为承诺建立请求", "Raise requests for promises")),
    "support.route": (_WRITE, support.route, ("分派请求", "Route the request")),
    "support.triage": (_WRITE, support.triage, ("登记分诊", "Record the triage")),
    "support.begin": (_WRITE, support.begin, ("开始处理", "Begin handling")),
    "support.pause": (_WRITE, support.pause, ("暂停计时", "Pause the clocks")),
    "support.resume": (_WRITE, support.resume, ("恢复计时", "Resume the clocks")),
    "support.escalate": (_WRITE, support.escalate, ("升级", "Escalate")),
    "support.request_approval": (_WRITE, support.request_approval, ("选定审批人", "Choose the approver")),
    "support.ship": (_WRITE, support.ship, ("登记发货", "Record the shipment")),
    "support.fulfil": (_WRITE, support.fulfil, ("登记处理结果", "Record the handling")),
    "support.reopen": (_WRITE, support.reopen, ("重新打开", "Reopen the request")),
    "support.close": (_WRITE, support.close, ("关闭请求", "Close the request")),
    "support.cancel": (_WRITE, support.cancel, ("取消请求", "Cancel the request")),
    "reconcile.apply": (_WRITE, cases.apply, ("补录离线记录", "Apply work done offline")),
    "reconcile.set_aside": (_WRITE, cases.set_aside, ("不采用离线记录", "Set work done offline aside")),
    "repair.apply": (_WRITE, proposals.apply, ("执行修复", "Apply a repair")),
    "repair.decline": (_WRITE, proposals.decline, ("登记修复未获同意", "Note that a repair is declined")),
    "repair.outdate": (_WRITE, proposals.outdate, ("登记修复已过期", "Note that a repair is outdated")),
    "day.order": (_WRITE, planning.order, ("排拜访顺序", "Order the stops")),
    "day.confirm": (_WRITE, planning.confirm, ("保存顺序", "Keep the order")),
    "day.close": (_WRITE, planning.close, ("小结", "Sum up the day")),
    "support.refuse": (_WRITE, support.refuse, ("拒绝请求", "Refuse the request")),
    "support.fulfil_samples": (_WRITE, fulfilment.start, ("交仓库履约", "Hand samples to the warehouse")),
    "fulfilment.weigh": (_READ, fulfilment.weigh, ("判断样品审批级别", "Weigh the approval of samples")),
    "fulfilment.escalate": (_WRITE, fulfilment.escalate, ("扩大样品审批人", "Widen the approval of samples")),
    "fulfilment.ask_compliance": (_WRITE, fulfilment.ask_compliance, ("转合规审批", "Ask compliance")),
    "fulfilment.refuse": (_READ, fulfilment.refuse, ("拒绝样品", "Refuse the samples")),
    "fulfilment.propose": (_READ, fulfilment.propose, ("计算待发样品", "Count what is to be sent")),
    "fulfilment.reserve": (_WRITE, fulfilment.reserve, ("预留样品", "Reserve samples")),
    "fulfilment.send": (_WRITE, fulfilment.send, ("登记样品发货", "Record a parcel of samples")),
    "fulfilment.traced": (_WRITE, fulfilment.traced, ("登记查件结果", "Record the tracing of a parcel")),
    "fulfilment.receive": (_WRITE, fulfilment.receive, ("登记样品签收", "Record the receipt of samples")),
    "fulfilment.look_for_stock": (_READ, fulfilment.look_for_stock, ("查样品库存", "Look for stock")),
    "fulfilment.give_up_rest": (_WRITE, fulfilment.give_up_rest, ("取消欠货", "Give a backorder up")),
    "fulfilment.sum_up": (_WRITE, fulfilment.sum_up, ("汇总样品履约", "Sum a fulfilment up")),
    "fulfilment.release": (_WRITE, fulfilment.release, ("释放预留样品", "Free reserved samples")),
    "support.people": (_READ, support.requester, ("查找相关人员", "Find the people of the request")),
}

"""What the people of the demo company write: reports, answers, handling records; all invented."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

CANCEL_REASONS = ("客户临时出差", "医院内部检查，改约下周", "客户要求电话沟通")
MISS_REASONS = ("到访时客户外出开会，未能见面。", "路上堵车错过门诊时间，已另约。")
EXPLANATIONS = ("地下一层药房，定位信号弱。", "在门诊楼内，定位漂移到对面马路。")
SUMMARIES = (
    "介绍了新包装与医保目录变化，主任认可疗效，希望看到更多真实世界数据。",
    "回访上次样品使用情况，反馈耐受性好；科室下月讨论是否扩大使用。",
    "沟通处方习惯与患者依从性，约定月底在科室做一次小讲课。",
    "了解库存与动销，目前周转约三周，希望补充患者教育折页。",
    "对竞品降价较为敏感，建议提供完整的药物经济学资料。",
    "确认仪器装机条件，技术上还有两个接口问题需要后台支持。",
)
NEEDS = ("需要最新的说明书与临床文献", "希望安排一次科室讲课", "需要样品做对比", "", "")
COMPETITORS = (("瑞康通络片", "price"), ("安泰平胶囊", "promotion"), ("佳诊试剂", "service"))
PROMISES: tuple[dict[str, Any], ...] = (
    {"kind": "sample", "subject": "舒脉宁片样品", "item": "CV-101", "quantity": 4},
    {"kind": "sample", "subject": "肠益生菌粉样品", "item": "GI-201", "quantity": 6},
    {"kind": "sample", "subject": "快检试剂盒样品（科室试用）", "item": "IV-101", "quantity": 25},
    {"kind": "technical", "subject": "分析仪与院内系统的接口说明"},
    {"kind": "quotation", "subject": "快检试剂盒年度报价"},
    {"kind": "material", "subject": "心血管产品手册", "material": "MT-001", "quantity": 30},
    {"kind": "material", "subject": "患者教育折页", "material": "MT-002", "quantity": 100},
    {"kind": "other", "subject": "邀请参加秋季学术沙龙"},
)
PRODUCTS = ("CV-101", "CV-102", "CV-201", "GI-101", "GI-201", "DM-101", "IV-101")


def report(random: Random, kind: str, day: date) -> dict[str, Any]:
    """Return the values of a visit report."""
    outcome = random.choices(("met", "partly", "not_met", "refused"), (80, 12, 6, 2))[0]
    values: dict[str, Any] = {"outcome": outcome, "summary": random.choice(SUMMARIES)}
    if outcome in {"met", "partly"}:
        values["products_discussed"] = [
            {"product": product, "reaction": random.choice(("positive", "positive", "neutral", "concern"))}
            for product in random.sample(PRODUCTS, random.randint(1, 2))
        ]
        need = random.choice(NEEDS)
        if need:
            values["needs"] = need
        if random.random() < 0.2:
            name, activity = random.choice(COMPETITORS)
            values["competitors"] = [{"name": name, "activity": activity}]
        if kind == "company":
            values.update(order_interest="considering", order_intent=random.choice((480_000, 1_250_000)))
    if random.random() < 0.3:
        due = (day + timedelta(days=random.choice((7, 10, 14)))).isoformat()
        values["next_steps"] = [
            {"text": "跟进科室讨论结果", "kind": random.choice(("visit", "call", "task")), "due": due}
        ]
    if outcome == "met" and random.random() < 0.28:
        values["promises"] = [dict(random.choice(PROMISES))]
    return values


def shelf_check(random: Random) -> dict[str, Any]:
    """Return the values of a shelf check."""
    prices = (2890, 3580, 4650)
    rows = [
        {
            "product": product,
            "on_shelf": True,
            "price": random.choice(prices),
            "facings": random.randint(1, 5),
            "stock": random.randint(4, 60),
        }
        for product in random.sample(PRODUCTS, 3)
    ]
    return {"products": rows, "summary": "陈列完整，价格牌已更新，主推位补了两个排面。"}


def survey(random: Random) -> dict[str, Any]:
    """Return the values of a market survey."""
    return {
        "demand_trend": random.choice(("up", "flat", "down")),
        "decision_factors": random.sample(("efficacy", "safety", "price", "supply", "service"), 2),
        "satisfaction": random.choice((3, 4, 5)),
        "main_competitor": random.choice(COMPETITORS)[0],
        "suggestions": "希望缩短配送时间，增加小规格包装。",
    }


def handling(
    random: Random, form_key: str, queue: str, lines: list[dict[str, Any]], now: datetime
) -> dict[str, Any] | None:
    """Return what an ops person enters into a form of the back office; None where there is nothing to enter."""
    shipped = [{**line, "shipped": line["quantity"], "lot": "B2611"} for line in lines]
    priced = [
        {"item": line["item"], "quantity": line["quantity"], "unit_price": 12_800, "discount_percent": 4}
        for line in lines or [{"item": "IV-101", "quantity": 20}]
    ]
    values: dict[str, dict[str, Any]] = {
        "request_triage": {"priority": "P3", "queue": queue, "incomplete": False, "note": "信息完整，按类型处理。"},
        "request_answer": {"answer": "接口说明已发到邮箱，串口参数为 9600-8-N-1，如仍异常请联系值班工程师。"},
        "request_price": {"lines": priced, "valid_until": (now.date() + timedelta(days=30)).isoformat()},
        "request_ship": {
            "lines": shipped,
            "carrier": "sf",
            "tracking_no": f"SF{random.randint(10**11, 10**12 - 1)}",
            "shipped_on": now.date().isoformat(),
        },
        "request_handle": {"what_was_done": "已与市场部确认名额，邀请函今天发出。"},
        "sample_trace": {"found": "on_the_way", "note": "承运方查询：已到网点，待派送。"},
        "sample_send": {
            "carrier": "sf",
            "tracking_no": f"SF{random.randint(10**11, 10**12 - 1)}",
            "shipped_on": now.date().isoformat(),
            "minutes_spent": random.randint(5, 25),
        },
    }
    return values.get(form_key)

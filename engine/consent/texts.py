"""What people read before they agree, by version and purpose, in zh and en: versions stay readable for ever.

A change of meaning is a new version here and in ``rules.TEXT_VERSION``; everyone who agreed is then asked again.
"""

from dataclasses import dataclass

from engine.consent.rules import CHECK_IN, MANUAL, TEXT_VERSION, TRACK


@dataclass(frozen=True)
class ConsentText:
    """The notice of one purpose, as the 个人信息保护法 (PIPL, art. 17 and 30) asks for it."""

    title: str
    purpose: str
    what: str
    kept: str
    seen_by: str
    refusing: str


_ZH = {
    MANUAL: ConsentText(
        title="手动签到",
        purpose="证明拜访确实发生：由您本人确认已到客户处。",
        what="签到和签退的时间；若您扫描客户处的二维码，还包括二维码是否有效。不含位置。",
        kept="证据记录保存 3 年，拜访报告保存 5 年。",
        seen_by="您本人、您的主管；后台同事处理与该拜访有关的请求时。",
        refusing="不同意也可以完成每一次拜访，对考核没有任何影响。",
    ),
    CHECK_IN: ConsentText(
        title="签到时使用位置",
        purpose="证明拜访发生在客户处。位置只用于与客户地点比较距离，不作他用。",
        what="您按下签到或签退时的一次位置：纬度、经度、精度、时间和浏览器的定位权限状态。两次拜访之间和后台绝不采集。",
        kept="位置保存 180 天后删除；距离和证据等级随拜访保存。",
        seen_by="同事只看到等级和距离。主管查看位置须说明目的，每次查看都有记录，您可以看到；每人每天最多 20 次。",
        refusing="不同意也可以手动签到，每一次拜访都能完成，对考核没有任何影响。随时可以撤回，立即生效。",
    ),
    TRACK: ConsentText(
        title="工作时间轨迹",
        purpose="帮助您和主管回顾一天的路线，改进路线安排。不用于考勤或考核。",
        what="工作时间内、本应用打开在前台时的位置，约每 60 秒或 50 米一次。非工作时间的位置服务器一律拒收。",
        kept="轨迹保存 30 天后删除。",
        seen_by="您本人；主管查看须说明目的，每次查看都有记录，您可以看到。没有数据的时段显示为“无数据”，不视为缺勤。",
        refusing="不同意没有任何不利影响，签到方式不变。随时可以单独撤回，立即生效。",
    ),
}

_EN = {
    MANUAL: ConsentText(
        title="Check in by hand",
        purpose="To show that a visit took place: you confirm yourself that you are at the customer's.",
        what="The time of check-in and check-out; if you scan the customer's code, also whether it was valid. "
        "No position.",
        kept="The record of evidence is kept for 3 years, the visit report for 5 years.",
        seen_by="You, your manager; the back office when it handles a request about the visit.",
        refusing="Without it every visit can still be completed, and it has no effect on how you are rated.",
    ),
    CHECK_IN: ConsentText(
        title="Position at check-in",
        purpose="To show that a visit took place at the customer's. The position is compared with the customer's place "
        "and used for nothing else.",
        what="One position each time you press check in or check out: latitude, longitude, accuracy, time, and the "
        "browser's permission. Never between visits, never in the background.",
        kept="Positions are deleted after 180 days; distance and grade stay with the visit.",
        seen_by="Colleagues see the grade and the distance. A manager who looks at a position names a purpose; each "
        "look is on record, you can read it, and nobody has more than 20 a day.",
        refusing="Without it you check in by hand, every visit can be completed, and it has no effect on how you are "
        "rated. You can withdraw at any time; it holds at once.",
    ),
    TRACK: ConsentText(
        title="Track during working time",
        purpose="To help you and your manager look back at a day's route and plan it better. It is not used for "
        "attendance or rating.",
        what="Positions during working time while this application is open in front, about every 60 seconds or 50 "
        "metres. Outside working time the server refuses them.",
        kept="Tracks are deleted after 30 days.",
        seen_by="You; a manager who looks names a purpose, and each look is on record for you to read. Times without "
        "data read “no data”, never as absence.",
        refusing="Refusing has no disadvantage, and how you check in stays as it is. You can withdraw it by itself at "
        "any time; it holds at once.",
    ),
}

_VERSIONS = {TEXT_VERSION: {"zh": _ZH, "en": _EN}}


def text_of(purpose: str, locale: str, version: str = TEXT_VERSION) -> ConsentText:
    """Return the notice of a purpose in a language and version.

    Raises:
        KeyError: no such purpose or version.
    """
    return _VERSIONS[version]["en" if locale == "en" else "zh"][purpose]

"""Plain facts about support requests."""

QUEUES: dict[str, tuple[str, str]] = {
    "support": ("综合支持", "General support"),
    "technical": ("技术支持", "Technical support"),
    "samples": ("样品与物料", "Samples and materials"),
    "quotations": ("报价", "Quotations"),
}
"""Queue → name in Chinese and English; a queue is also the group of people who work on it."""

DEFAULT_QUEUE = "support"

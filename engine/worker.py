"""What RQ imports by name: each job carries only the id of a delivery."""

from uuid import UUID

from engine import wiring


def deliver_job(delivery_id: str) -> None:
    """Do one delivery."""
    wiring.application().worker.deliver(UUID(delivery_id))


def sweep_job() -> None:
    """Sweep once."""
    wiring.application().worker.sweep(do_deliveries=False)

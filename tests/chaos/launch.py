"""``fieldflow`` as it is, but for the lease of a delivery: a killed worker's is free again after seconds."""

from engine.outbox import service as outbox
from web.cli import main

LEASE_S = 4

if __name__ == "__main__":
    outbox.LEASE_S = LEASE_S
    main()

"""Starts a part of OpenStack Swift from a folder of its own; whose settings stand elsewhere is written down in it."""

import sys

from swift.common import utils

part, folder, *ports = sys.argv[1:]
utils.SWIFT_CONF_FILE = folder + "/swift.conf"

if part == "rings":
    from swift.common.ring import RingBuilder

    for name, port in zip(("account", "container", "object"), ports):
        builder = RingBuilder(4, 1, 1)
        place = {"ip": "127.0.0.1", "port": int(port), "replication_ip": "127.0.0.1", "replication_port": int(port)}
        builder.add_dev({"region": 1, "zone": 1, "device": "disk", "weight": 1, **place})
        builder.rebalance()
        builder.get_ring().save(f"{folder}/{name}.ring.gz")
else:
    from swift.common.wsgi import run_wsgi

    sys.exit(run_wsgi(f"{folder}/{part}.conf", f"{part}-server"))

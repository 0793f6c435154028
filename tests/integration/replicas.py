"""A second sti-ca and a second sti-pa for a network whose daemons keep their state in PostgreSQL."""

from suite_network import BINARIES, free_ports


def add_replicas(network):
    """Of sti-ca and sti-pa: the same keys and database; their own ports and state folders."""
    more = free_ports()
    while set(more.values()) & set(network.ports.values()):  # those are not taken yet
        more = free_ports()
    network.ports.update({"sti-ca-2": more["sti-ca"], "sti-pa-2": more["sti-pa"], "repository-2": more["repository"]})
    network.binaries = dict(BINARIES, **{name + "-2": BINARIES[name] for name in ("sti-ca", "sti-pa")})
    for name in ("sti-ca", "sti-pa"):
        with open(network.path(f"{name}.yaml"), encoding="utf-8") as file:
            text = file.read()
        for port in (name, "repository"):  # the public URL stays: replicas stand behind one name
            text = text.replace(f"listen: 127.0.0.1:{network.ports[port]}", f"listen: 127.0.0.1:{network.ports[port + '-2']}")
        text = text.replace(f"state/{name}", f"state/{name}-2")
        with open(network.path(f"{name}-2.yaml"), "w", encoding="utf-8") as file:
            file.write(text)

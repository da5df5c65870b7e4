"""Packages of others that bring a backend, as pip would have left them."""

import os

from bench import environment

#: A backend that answers as the null backend does, under the name that is filled in.
GOOD = """
from backends.null import NullBackend

class Backend(NullBackend):
    name = %r
"""


def leave(folder, entry_points, package="strange", **modules):
    """Modules and the list of an installed package in a folder.

    Args:
        folder: what stands for site-packages.
        entry_points: lines `name = module:Class` of our group, or the whole text where it has a section of its own.
        package: its name.
        modules: name to source.
    """
    listed = folder / ("%s-1.0.dist-info" % package)
    listed.mkdir(parents=True)
    text = entry_points if "[" in entry_points else "[harbench.backends]\n%s\n" % entry_points
    (listed / "entry_points.txt").write_text(text, encoding="utf-8")
    metadata = "Metadata-Version: 2.1\nName: %s\nVersion: 1.0\n" % package
    (listed / "METADATA").write_text(metadata, encoding="utf-8")
    for name, source in modules.items():
        (folder / (name + ".py")).write_text(source, encoding="utf-8")


def beside_ours(folder):
    """A PYTHONPATH with which a process finds harbench and what lies in that folder."""
    return os.pathsep.join([environment.packages_root(), str(folder)])

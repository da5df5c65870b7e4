"""Graphs that live as long as a scope."""

from npu_bridge.common import absent

ScopedGraphManager = absent.a_class("ScopedGraphManager", "")

"""CANN's own package of collectives, which the adapter imports and does not bring."""

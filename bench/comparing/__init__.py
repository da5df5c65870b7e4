"""Cells side by side: which are compared, what differs between them, and what may be said."""

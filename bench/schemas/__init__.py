"""JSON Schemas of what harbench writes, one file a version."""

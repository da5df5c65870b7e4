"""What is shown: records in, tables out; nothing here measures."""

"""The subcommands of `harbench`, one a file: options in, the rooms' functions called, text out."""

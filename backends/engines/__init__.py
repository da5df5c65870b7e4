"""Frameworks that can step the shared network; each is imported only inside a trial."""

"""The report over a live store: the same pages, made again while a run goes on."""

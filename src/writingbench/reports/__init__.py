"""What a reader sees, made of values, without asking anything: terminal, page, spreadsheets, figures.

Nothing is imported here: the terminal is on the way of every command, the rest only on that of reports.
"""

"""Train a critic that marks and a writer that writes, and make the data they are trained on.

    marks (a judged store, people's scores) ──> conversations, split by query ──> a critic: one more judge
    candidates with their marks ──> the top share, beside its controls ──> a writer

Nothing here imports torch before something is trained.
"""

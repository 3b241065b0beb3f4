"""The same questions asked from many machines: what outgrows one is spread over a Ray cluster.

    spread(run, queries, store, ...)  ->  the store holds the replies, as if they had been asked for here

Only the asking is spread. Prompts, readers and retries are those of one machine, and afterwards the ordinary commands
find everything in the store.
"""
